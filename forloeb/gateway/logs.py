"""The one way that gateway and review log: `forloeb.logs`, under the name by which they have always known it."""

from forloeb.logs import event, start

__all__ = ["event", "start"]
