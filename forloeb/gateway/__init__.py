"""The gateway: the only process the world can reach. It verifies, limits, redacts and stores every message before
anything else happens, hands one message at a time per conversation to the assistant, and delivers the replies.

It imports neither rasa nor rasa_sdk, so it starts in a second.
"""
