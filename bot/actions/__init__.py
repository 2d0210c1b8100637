"""What flows have done for them: actions in Python, given their tools and giving back what changed and what to say.

registry = standard_actions()                    # bot.actions.standard
registry.check(domain.actions, domain.file)
result = registry.run("action_ask_appointment_slot", ActionContext(...))
state, effects = dialogue.step(state, result.finished("action_ask_appointment_slot"))
"""
