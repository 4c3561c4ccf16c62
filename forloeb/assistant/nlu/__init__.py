"""Understanding: thin Rasa components, each over a pure part of its own. docs/nlu.md has the map."""
