"""What the operator can watch, in Prometheus' words. Labels never carry a customer's id or words."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

ACCEPTED = Counter("filrouge_messages_accepted_total", "Messages committed to the inbox", ["channel", "fresh"], registry=REGISTRY)
REFUSED = Counter("filrouge_requests_refused_total", "Requests refused at a door", ["door", "why"], registry=REGISTRY)
TURNS = Counter("filrouge_turns_total", "Turns committed", ["outcome"], registry=REGISTRY)
TURN_SECONDS = Histogram(
    "filrouge_answer_seconds",
    "From a message's commit to the commit of its answer",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
UNDERSTANDING_SECONDS = Histogram(
    "filrouge_understanding_seconds",
    "Understanding one message",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1),
    registry=REGISTRY,
)
MISSED = Counter("filrouge_messages_not_understood_total", "Messages the bot did not understand", registry=REGISTRY)
QUESTIONS = Counter("filrouge_questions_total", "Questions the bot asked for a slot", ["slot"], registry=REGISTRY)
QUESTIONS_REPEATED = Counter(
    "filrouge_questions_repeated_total", "Those asked although the customer had answered already", ["slot"], registry=REGISTRY
)
CONFIRMATIONS = Counter(
    "filrouge_confirmations_total", "Questions whether something known still holds", ["slot"], registry=REGISTRY
)
DELIVERIES = Counter("filrouge_deliveries_total", "Delivery attempts by outcome", ["channel", "outcome"], registry=REGISTRY)
REPEATS = Counter(
    "filrouge_deliveries_possibly_repeated_total", "Messages that may reach a customer twice", ["channel"], registry=REGISTRY
)
FILES = Counter("filrouge_files_total", "Files of customers by what became of a try", ["channel", "outcome"], registry=REGISTRY)
CHANNEL_AWAY = Gauge(
    "filrouge_channel_away",
    "Whether an account's platform is taken to be away, so that what is written waits",
    ["channel", "account"],
    registry=REGISTRY,
)
LOOK_UPS = Counter(
    "filrouge_profile_lookups_total",
    "Look-ups in the brand's own databases: found, nobody, away, left_alone",
    ["source", "outcome"],
    registry=REGISTRY,
)
CASES = Counter("filrouge_cases_opened_total", "Cases opened", ["reason"], registry=REGISTRY)
WAITING = Gauge("filrouge_inbox_conversations", "Conversations being handled by this process", registry=REGISTRY)
DATABASE_SETTING = Gauge(
    "filrouge_database_setting",
    "What the connection that writes promises about what it commits, in the database's own words; always 1",
    ["name", "value"],
    registry=REGISTRY,
)
RETIRED = Counter("filrouge_rows_past_retention_total", "Rows that went because their time was over", ["kind"], registry=REGISTRY)
ERASED = Counter("filrouge_persons_erased_total", "Persons erased to the end", registry=REGISTRY)
SEATS = Gauge(
    "filrouge_seat_held", "Whether this process has the seat that only one process may have", ["seat"], registry=REGISTRY
)
