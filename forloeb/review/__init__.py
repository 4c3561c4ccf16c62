"""The staff app: what needs a person now, stepping into a conversation, and reviewing what was said.

It imports neither rasa nor rasa_sdk; the wording of its pages is in `templates/` and `words.yml`.
"""
