"""Rasa 3.6 as an engine: in an environment of its own, spoken to over HTTP, never waited for longer than a limit.

    environment = Environment(folder).checked()
    model = train(environment, project, folder / "1.tar.gz", show=print)     # `rasa train nlu` on the brand's own files
    client = RasaClient("http://127.0.0.1:5005", token="...")                # `POST /model/parse`
    engine = Guarded(client, embedded)                                       # the embedded engine answers while Rasa does not

`server` starts and watches a Rasa of our own; docs/rasa.md says how it is run.
"""

from nlu.rasa.teaching import train_rasa

__all__ = ["train_rasa"]
