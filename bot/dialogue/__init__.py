"""The dialogue: a pure function from where a conversation stands and what happened to where it goes next.

    domain = load_domain(folder / "domain.yml", languages=("fr", "en"))
    flows = load_flows(folder / "data" / "flows.yml", domain)
    dialogue = Dialogue(domain, flows, Policy())
    state, effects = dialogue.step(state, event)    # no clock, no network, no database
    shown = render(domain, effects[0], slots=..., language=state.language, channel="telegram", seed=42)

An `Act` is always the last effect: its caller runs it and steps once more with `ActionFinished`, until none remains.
"""
