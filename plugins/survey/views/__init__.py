"""The pages of the survey: the list of blocks, a page per block, and the way to a submission."""

from plugins.survey.views import blocks, closing
from plugins.survey.views.frame import pages

__all__ = ["blocks", "closing", "pages"]
