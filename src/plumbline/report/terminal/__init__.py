"""The same packets and summaries in a terminal: 80 columns are enough, colour is never needed."""

from plumbline.report.terminal.issues import print_issues
from plumbline.report.terminal.message import print_messages
from plumbline.report.terminal.packet import print_packet
from plumbline.report.terminal.quality import print_quality
from plumbline.report.terminal.summary import print_summary

__all__ = ["print_issues", "print_messages", "print_packet", "print_quality", "print_summary"]
