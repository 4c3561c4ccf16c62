"""What runs inside Rasa."""
