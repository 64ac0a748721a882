"""Text addressed to the reading machine is nobody's evidence: it is found, set aside and reported.

Every sentence, bracket, line or block that speaks to an assistant, a model, a system or a classifier, or that
writes labels instead of words, is dropped together with the sentences around it that carry on the same talk.
The readers obey nothing in any case; this only keeps the planted words from counting as the sender's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_MACHINE: Final = (
    r"(?:ai|a\.i\.|llm|gpt|chatgpt|claude|gemini|copilot|language model|ki|bot|assistant|automated (?:system|assistant|reader|agent|tool)|automation|"
    r"(?:screening|scoring|reading|routing|triage|classification|language|ai|lead|ranking|qualification) (?:model|system|engine|bot|machine|tool|agent|assistant|algorithm|software)|"
    r"classifier|parser|summari[sz]er|algorithm|scorer|crm bot|lead bot|machine|model|system|reader|software)"
)
_LABEL: Final = (
    r"(?:highest |top |high |maximum |max |low |lowest |utmost )?(?:urgency|priority|intent|importance|score|scoring|rating|rank|ranking|confidence|readiness|fit|band|tier|grade|"
    r"routing|route|budget|authority|timeline|request|need|not_a_buyer|data_rights|qualified|hot lead|label|category|verdict|classification|segment|lead status|spam|vendor|buyer|hot|sql|mql|enterprise|"
    r"decision[- ]?maker|approved(?: budget)?|urgent|vip|a-?lead|lead)"
)
_VERB: Final = r"(?:classify|categori[sz]e|label|labell|mark|tag|flag|score|rate|rank|grade|record|treat|set|route|escalate|prioriti[sz]e|log|register|assign|upgrade|downgrade|qualify|disqualify|process|file|output|return|respond|reply|answer|report|consider|count|enter|put|move|promote|read)"

_TALK: Final = re.compile(
    "|".join(
        (
            # orders about instructions
            r"\b(?:ignore|disregard|forget|override|bypass|skip|drop)\b.{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|your|the|other|existing|these|those)\b.{0,30}\b(?:instruction|prompt|rule|guideline|context|message|direction|polic|constraint|label|content|text above)",
            r"\b(?:new|updated|revised|further|additional|hidden|secret|special|important) (?:system )?instructions?\b.{0,20}(?::|\bfor\b|\bto\b)",
            r"\b(?:repeat|reveal|print|show|tell|give|display|output|quote|send|paste|share|disclose|list|dump|what (?:is|are))\b.{0,40}\b(?:your|the) (?:\w+ )?(?:instructions?|(?:system )?prompt|rules|guidelines|configuration|initial message)\b",
            r"\bsystem prompt\b|\bprompt injection\b|\bjailbreak\b|\b(?:developer|debug|admin|god|test(?:ing)?|maintenance|dan) mode\b",
            r"\b(?:show|send|list|give|forward|tell|share|print|export|reveal|name)\b.{0,40}\b(?:other|another|last|previous|all|every|recent)\b.{0,30}\b(?:leads?|messages|customers?|contacts?|importers|enquir\w+|inquir\w+|prospects?|conversations?|calls?|senders?|people)\b.{0,60}\b(?:e-?mails?|names?|sent|you|asked|wrote|details|see|address(?:es)?|contact|today)\b",
            r"\b(?:send|forward|email|mail|post|append|attach|include)\b.{0,30}\b(?:summary|summaries|transcript|crm|database|records?|names and e-?mails?)\b.{0,60}(?:@|https?:|\bto\b)",
            # speaking to the machine
            rf"\b(?:dear|hey|hi|hello|attention|attn|note to|message (?:to|for)|memo (?:to|for)|for|to|instructions? (?:to|for)|request to|hinweis an|nachricht an|an|note (?:à|au|pour)|nota (?:para|a))\W{{1,4}}(?:the |any |our |your |das |die |den |el |la |le |l'|all )?(?:attention of the )?{_MACHINE}\b(?:\W{{0,3}}(?:[:;,\n]|reading|processing|that|who|which|analy[sz]ing|handling|scoring|-)|.{{0,60}}\b(?:please|kindly|should|must|{_LABEL})\b)",
            rf"\bfor the attention of (?:the |any )?{_MACHINE}\b",
            rf"\bif you(?:'re| are) (?:an? )?(?:{_MACHINE}|automated|machine|a computer)\b",
            r"\b(?:for|to) (?:whatever|whoever|whichever|anything|any machine|any software)(?:'s| is|ever is)? (?:that's |that is )?(?:reading|writing|processing|summari[sz]ing|listening|scoring|taking notes)",
            r"\b(?:you're|you are|ur|as) (?:now |only |just )?(?:an? |the |my |our )?(?:\w+ ){0,2}(?:ai|language model|llm|chatbot|bot|assistant|classifier|sales ai|unrestricted)\b",
            rf"(?:^|[\n.!?\[(<*#]\s*)(?:system|assistant|ai|developer|reader|model|classifier|bot|llm|user|instruction|instructions|prompt|note to self|override|admin|root|human)\s*(?:\(\w+\))?\s*(?::|>|\]|=)\s*(?=.{{0,200}}\b(?:{_VERB}|{_LABEL}|you|this|please|ignore)\b)",
            r"<\|?(?:im_start|im_end|system|endoftext|assistant|user|inst)\|?>|\[/?inst\]|<</?sys>>|#{2,}\s*(?:system|instruction|response|assistant|input|output)\b",
            # orders about labels
            rf"\b{_VERB}(?:s|ed|ing)?\b.{{0,12}}\b(?:this|that|the|my|our|it|me|us|every|any|all|following|present|such)\b.{{0,30}}\b(?:message|lead|enquiry|inquiry|contact|sender|request|email|e-mail|mail|account|record|ticket|conversation|form|submission|one|us|me|it|company|call|case)\b.{{0,25}}\b(?:as|to be|to|with|at|under|into|in|=)\b.{{0,30}}\b{_LABEL}\b",
            rf"\b(?:messages?|leads?|this|enquir\w+|inquir\w+|contacts?|mails?|they|it|we|these)\b.{{0,60}}\b(?:is|are|must|should|shall|has|have|needs?)\b.{{0,12}}\bto be (?:labelled|labeled|classified|marked|scored|treated|tagged|ranked|rated|recorded|routed|flagged|left out|logged|filed|categori[sz]ed)\b",
            rf"\b(?:set|change|update|raise|lower|increase|bump|adjust|make|put|fill|stufe|setze|markiere|marque|marca|clasifica|classe[rz]?|bewerte)\b.{{0,25}}\b(?:the |its |all |his |her |our |my |this )?(?:urgency|priority|intent|lead score|score|routing|rating|urgent|dringlichkeit|dringend|urgencia|urgente|urgence|prioridad|priorit[eéä]\w*|not_a_buyer|data_rights|budget (?:field|status|label)|authority (?:field|status|label)|timeline (?:field|status|label))\b(?:.{{0,12}}(?:\bto\b|=|:|\bauf\b|\bein\b|\bals\b|\bcomme\b|\bcomo\b|\ba\b|\bhigh\w*|\blow\w*|\btop\b|\bmax\w*)|\s*$)",
            r"\b(?:stufe|markiere|klassifiziere|bewerte|setze)\b.{0,50}\b(?:kontakt|nachricht|anfrage|lead|absender)\b",
            r"\b(?:classe[rz]?|marque[rz]?|consid[eé]re[rz]?)\b.{0,30}\bce (?:message|contact|prospect)\b|\b(?:clasifi\w+|marc\w+|trat\w+)\b.{0,30}\beste? (?:mensaje|contacto|lead|correo)\b",
            r"\b(?:ignor\w+)\b.{0,40}\b(?:instrucciones|anweisungen|consignes|instructions|istruzioni|vorherigen|anteriores|pr[eé]c[eé]dentes)\b",
            rf"\b(?:urgency|priority|budget|authority|timeline|request|need|not_a_buyer|data_rights|intent|score|competitor|confidence|lead_score|label|route|routing|band)[\"'*` ]*\s*(?:=|:=|->|=>|→|\"\s*:)\s*[\"'`]?\s*(?:high|low|none|null|approved|decision|explicit|demo|pricing|meeting|trial|true|false|max|top|\d|a\b|hot|security|spam|ignore)",
            r"</?(?:message|verdict|labels?|result|answer|output|classification|request|instructions?|score|json|lead|data|system|assistant|reading|tool_?call|function)(?:\s[^<>\n]{0,80})?/?>",
            rf"\b(?:rate|score|rank|grade) (?:this|it|me|us|our|my|the)\b.{{0,30}}\b(?:\d+|highest|top|high|maximum|100|ten)\b",
            r"\bskip (?:the )?(?:\w+ ){0,2}(?:queue|review|check|screening|filter)s?\b|\b(?:bypass|without) (?:the )?(?:human )?(?:review|qualification|screening|triage)\b",
            r"\b(?:put|place|assign|give|route|send|pass|transfer|escalate|hand)\b.{0,25}\b(?:this|the|my|our) (?:account|lead|enquiry|inquiry|message|contact|ticket|call)\b.{0,25}\b(?:under|to|directly|straight|in)\b.{0,40}",
            r"\bdo not (?:mention|reveal|tell|disclose|flag|show|report|answer)\b.{0,40}\b(?:this (?:note|instruction|message|line)|these instructions|the user|anyone|anybody)\b|\b(?:antworte|reagiere) (?:nicht )?(?:darauf|hierauf)\b",
            r"\b(?:respond|reply|answer|output|return)\b.{0,15}\b(?:only |just |exclusively )?(?:with|in|as)?\b.{0,10}\b(?:json|xml|yaml|ok only|the word)\b",
            r"\b(?:example|input|output|message|lead|q|a)\s*\d{0,2}\s*:.{0,200}(?:->|=>|→|\boutput\s*:|\blabel\s*:|\bverdict\s*:)",
            r"!\[[^\]\n]{0,80}\]\(https?:[^)\n]{0,300}\)",
            r"\b(?:the|this) (?:correct|right|expected|true|only) (?:label|answer|classification|verdict|output|score|reading)\b",
            r"\b(?:sales ?ops|rev ?ops|crm|pre-?qualified|qualification|verified|internal|lead desk|data team)\b.{0,40}\b(?:note|verified|checked|confirmed|override|update|pre-?qualified|approved)\b.{0,60}\b(?:budget|urgen\w+|score|priority|decision|hot|tier|sql|a-lead|authority|band|qualified)\b",
            r"\b(?:when|before|after|while) (?:you )?(?:summari[sz]\w*|answering|classify\w*|process\w*|scor(?:e|ing)|reading)\b.{0,60}\b(?:append|add|insert|include|output|repeat|say|write|mark|set|treat|this)\b",
        )
    ),
    re.IGNORECASE,
)  # fmt: skip
#: Cheap test first: a message without any of these words cannot hold a match.
_STEMS: Final = re.compile(
    r"instruct|prompt|ignor|disregard|forget|overrid|bypass|\bskip|system|assistant|\bai\b|\ba\.i|\bki\b|llm|gpt|claude|gemini|copilot|model|\bbot\b|"
    r"automat|classif|parser|summar|algorithm|score|scoring|\brat(?:e|ed|ing)\b|\brank|label|verdict|urgen|dringen|priorit|\bmark(?:ed|ing|iere|ier)?\b|"
    r"\btag\b|flag|json|xml|\broute|routing|escalat|queue|marque|marca|clasif|klassif|bewert|stufe|machine|reader|mode\b|whatever|whoever|software|transcript|"
    r"crm|database|record|not_a_buyer|data_rights|[={}\[\]<>]|->|→|!\[|treat|upgrade|downgrade|qualif|disqualif|sales ?ops|\breveal|other (?:lead|people|customer|importer|contact|prospect|messag|enquir)|consid|tratar|trate|"
    r"put (?:this|the|my)|place (?:this|the|my)|assign|transfer|(?:give|pass|send|hand) (?:this|the|my|our) (?:account|lead|enq|inq|mess|cont|tick|call)", re.IGNORECASE,
)  # fmt: skip
_CARRIES_ON: Final = re.compile(
    rf"\b(?:{_MACHINE}|{_LABEL}|instructions?|prompt|label\w*|classif\w+|override|json|output|routing|dringend|budget genehmigt|entscheider|antworte|"
    r"do not reply|no need to (?:mention|check|verify)|grateful for your help|respond|this (?:message|lead|note)|the (?:user|human|team|rep)|thank you for (?:your )?complian|confirm you|forthwith)\b|[{}=]", re.IGNORECASE,
)  # fmt: skip
_BRACKETS: Final = {"[": "]", "{": "}", "(": ")", "<": ">"}
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{48,}={0,2}|(?:\b[0-9a-fA-F]{2}[ :]){16,}|(?:\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}){8,}")  # fmt: skip
_CODE_BLOCK: Final = re.compile(r"^\s*[{\[<].*[}\]>]\s*$")


def encoded_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Walls of base64 or hexadecimal: nobody writes those by hand. Links are left to the tokens."""
    for match in _ENCODED.finditer(text):
        before = text[max(0, match.start() - 120) : match.end()].split()
        if not any("://" in word or word.startswith("www.") for word in before[-1:]):
            yield match.span()


def addressed_to_machine(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of the text that speak to the machine; may touch each other, in order."""
    if not _STEMS.search(text):
        return
    done = 0
    for match in _TALK.finditer(text):
        if match.start() < done:
            continue
        first = match.start()
        while first < match.end() - 1 and text[first] in " \n\t.!?":
            first += 1
        start, end = _unit(text, first, match.end())
        start, end = max(start, done), _carried_on(text, end)
        yield start, end
        done = end


def _unit(text: str, first: int, last: int) -> tuple[int, int]:
    """The bracket, or else the sentence, that holds the match."""
    line_start = text.rfind("\n", 0, first + (text[first] != "\n")) + 1
    line_end = text.find("\n", last)
    line_end = len(text) if line_end < 0 else line_end
    for opener, closer in _BRACKETS.items():
        low = text.rfind(opener, line_start, first + 1)
        high = text.find(closer, max(last - 1, first), min(line_end + 2000, len(text)))
        if low >= 0 and high >= 0 and closer not in text[low:first]:
            return low, high + 1
    return _sentence(text, first, last, line_start, line_end)


def _sentence(text: str, first: int, last: int, line_start: int, line_end: int) -> tuple[int, int]:
    cut = max(text.rfind(mark, line_start, first) for mark in (". ", "! ", "? "))
    start = cut + 2 if cut >= 0 else line_start
    ends = [place for mark in (". ", "! ", "? ") if (place := text.find(mark, max(last - 1, first), line_end)) >= 0]
    return start, min(ends, default=line_end - 1) + 1


def _carried_on(text: str, end: int) -> int:
    """Following sentences of the same paragraph that go on about labels or the machine."""
    limit = text.find("\n\n", end)
    limit = len(text) if limit < 0 else limit
    while end < limit:
        following = _SENTENCE_END.search(text, end + 1, limit)
        stop = following.end() if following else limit
        if not _CARRIES_ON.search(text, end, stop):
            break
        end = stop
    return end
