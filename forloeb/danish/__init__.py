"""Danish without Rasa: time expressions, words, formatting, plain-language checks."""
