"""The improvement plan: priorities, goals, actions and evaluations."""

from core.views.plan import actions, evaluations, goals, overview, priorities
from core.views.plan.blueprint import pages

__all__ = ["actions", "evaluations", "goals", "overview", "pages", "priorities"]
