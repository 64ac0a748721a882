"""Evidence packets and run summaries for people: a page or a terminal. It lays out; it decides nothing."""

from plumbline.report.html import messages_html, packet_html, run_html
from plumbline.report.quality import quality_html
from plumbline.report.terminal import (
    print_issues,
    print_messages,
    print_packet,
    print_quality,
    print_summary,
)

__all__ = [
    "messages_html",
    "packet_html",
    "print_issues",
    "print_messages",
    "print_packet",
    "print_quality",
    "print_summary",
    "quality_html",
    "run_html",
]
