"""Priorities, goals, actions and evaluations: the steps of the improvement plan."""

from core.steps.plan.actions import ActionText, add_action, change_action, report_action
from core.steps.plan.checks import centre_people
from core.steps.plan.evaluations import Outcome, move_evaluation, plan_evaluation, record_evaluation
from core.steps.plan.goals import GoalText, add_goal, agree_goal, change_goal
from core.steps.plan.priorities import choose_priorities

__all__ = [
    "ActionText",
    "GoalText",
    "Outcome",
    "add_action",
    "add_goal",
    "agree_goal",
    "centre_people",
    "change_action",
    "change_goal",
    "choose_priorities",
    "move_evaluation",
    "plan_evaluation",
    "record_evaluation",
    "report_action",
]
