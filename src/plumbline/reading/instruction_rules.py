# ruff: noqa: E501 - lists of words and expressions read better unbroken
"""Expressions by which text addressed to a machine is known, each with the words it cannot do without."""

from __future__ import annotations

import re
from typing import Final

from plumbline.reading.beginnings import known_by

MACHINE: Final = (
    r"(?:ai|a\.i\.|llm|gpt|chatgpt|claude|gemini|copilot|language model|ki|bot|assistant|automated (?:system|assistant|reader|agent|tool)|automation|"
    r"(?:screening|scoring|reading|routing|triage|classification|language|ai|lead|ranking|qualification) (?:model|system|engine|bot|machine|tool|agent|assistant|algorithm|software)|"
    r"classifier|parser|summari[sz]er|algorithm|scorer|crm bot|lead bot|machine|model|system|reader|software)"
)
LABEL: Final = (
    r"(?:highest |top |high |maximum |max |low |lowest |utmost )?(?:urgency|priority|intent|importance|score|scoring|rating|rank|ranking|confidence|readiness|fit|band|tier|grade|"
    r"routing|route|budget|authority|timeline|request|need|not_a_buyer|data_rights|qualified|hot lead|label|category|verdict|classification|segment|lead status|spam|vendor|buyer|hot|sql|mql|enterprise|"
    r"decision[- ]?maker|approved(?: budget)?|urgent|vip|a-?lead|lead)"
)
_VERB: Final = r"(?:classify|categori[sz]e|label|labell|mark|tag|flag|score|rate|rank|grade|record|treat|set|route|escalate|prioriti[sz]e|log|register|assign|upgrade|downgrade|qualify|disqualify|process|file|output|return|respond|reply|answer|report|consider|count|enter|put|move|promote|read)"


def _groups(triggers: str) -> tuple[tuple[frozenset[str], tuple[str, ...]], ...]:
    """Of every group (parted by ``&``) a word must begin with one of the words, or one of the signs must occur."""
    return tuple(
        (
            known_by(" ".join(w for w in group.split() if _PLAIN.fullmatch(w))),
            tuple(w for w in group.split() if not _PLAIN.fullmatch(w)),
        )
        for group in triggers.split("&")
    )


_PLAIN: Final = re.compile(r"\w+")
#: What must occur before an expression is worth trying, and the expression, for text in small letters.
RULES: Final = tuple(
    (_groups(triggers), re.compile(expression))
    for triggers, expression in (
        (
            "ignore disregard forget override bypass skip drop & instruction prompt rule rules guideline context message direction policy constraint label content text",
            r"\b(?:ignore|disregard|forget|override|bypass|skip|drop)\b(?! (?:my|our)\b).{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|your|the|other|existing|these|those)\b.{0,30}\b(?:instruction|prompt|rule|guideline|context|message|direction|polic|constraint|label|content|text above)",
        ),
        (
            "instruction & new updated revised further additional hidden secret special important",
            r"\b(?:new|updated|revised|further|additional|hidden|secret|special|important) (?:system )?instructions?\b.{0,20}(?::|\bfor\b|\bto\b)",
        ),
        (
            "instruction prompt rules guidelines configuration initial & repeat reveal print show shows tell tells give gives display output quote send paste share disclose list dump what",
            r"\b(?:repeat|reveal|print|show|tell|give|display|output|quote|send|paste|share|disclose|list|dump|what (?:is|are))\b.{0,40}\b(?:your|the) (?:\w+ )?(?:instructions?|(?:system )?prompt|rules|guidelines|configuration|initial message)\b",
        ),
        (
            "prompt jailbreak mode",
            r"\bsystem prompt\b|\bprompt injection\b|\bjailbreak\b|\b(?:developer|debug|admin|god|test(?:ing)?|maintenance|dan) mode\b",
        ),
        (
            "lead messages customer contact importer enquir inquir prospect conversation calls sender people call & show send list give forward tell share print export reveal name & other another last previous all every recent",
            r"\b(?:show|send|list|give|forward|tell|share|print|export|reveal|name)\b.{0,40}\b(?:other|another|last|previous|all|every|recent)\b.{0,30}\b(?:leads?|messages|customers?|contacts?|importers|enquir\w+|inquir\w+|prospects?|conversations?|calls?|senders?|people)\b.{0,60}\b(?:e-?mails?|names?|sent|you|asked|wrote|details|see|address(?:es)?|contact|today)\b",
        ),
        (
            "summar transcript crm database record names & send forward email mail post append attach include",
            r"\b(?:send|forward|email|mail|post|append|attach|include)\b.{0,30}\b(?:summary|summaries|transcript|crm|database|records?|names and e-?mails?)\b.{0,60}(?:@|https?:|\bto\b)",
        ),
        (
            "ai llm gpt claude gemini copilot model ki bot assistant automat classif parser summar scorer algorithm machine system reader software",
            rf"\b(?:(?:dear|hey|hi|hello|attention|attn|note to|message (?:to|for)|memo (?:to|for)|instructions? (?:to|for)|request to|hinweis an|nachricht an|note (?:à|au|pour)|nota (?:para|a))\W{{1,4}}(?:the |any |our |your |das |die |den |el |la |le |l'|all )?(?:attention of the )?{MACHINE}\b|(?:for|to|an)\W{{1,2}}(?:the |any |our |your |all )?{MACHINE}s?\b\W{{0,3}}(?:[:;\n]|(?:reading|processing|analy[sz]ing|handling|scoring|summari[sz]ing|parsing)\b|(?:that|who|which)(?:'s| is|ever)? (?:read|process|score|handl|summar|pars|analy|screen|rout|rat)))",
        ),
        (
            "attention & for",
            rf"\bfor the attention of (?:the |any )?{MACHINE}\b",
        ),
        (
            "if & you & ai llm gpt chatgpt claude gemini copilot language ki bot assistant automated automation screening scoring reading routing triage classification lead ranking qualification classifier parser summari algorithm scorer crm machine model system reader software computer a an",
            rf"\bif you(?:'re| are) (?:an? )?(?:{MACHINE}|automated|machine|a computer)\b",
        ),
        (
            "whatever whoever whichever anything any & reading writing processing summari listening scoring taking",
            r"\b(?:for|to) (?:whatever|whoever|whichever|anything|any machine|any software)(?:'s| is|ever is)? (?:that's |that is )?(?:reading|writing|processing|summari[sz]ing|listening|scoring|taking notes)",
        ),
        (
            "ai language llm chatbot bot assistant classifier unrestricted & you ur as",
            r"\b(?:you're|you are|ur|as) (?:now |only |just )?(?:an? |the |my |our )?(?:\w+ ){0,2}(?:ai|language model|llm|chatbot|bot|assistant|classifier|sales ai|unrestricted)\b",
        ),
        (
            ": > ] = & system assistant ai developer reader model classifier bot llm user instruction prompt note override admin root human",
            rf"(?:^|[\n.!?\[(<*#]\s*)(?:system|assistant|ai|developer|reader|model|classifier|bot|llm|user|instruction|instructions|prompt|note to self|override|admin|root|human)\s*(?:\(\w+\))?\s*(?::|>|\]|=)\s*(?=.{{0,200}}\b(?:{_VERB}|{LABEL}|you|this|please|ignore)\b)",
        ),
        (
            "im_ system endof inst] sys>> ## <|",
            r"<\|?(?:im_start|im_end|system|endoftext|assistant|user|inst)\|?>|\[/?inst\]|<</?sys>>|#{2,}\s*(?:system|instruction|response|assistant|input|output)\b",
        ),
        (
            "classif categori label mark tag tags tagg flag score rate rank grade record treat route escalate prioriti log logs logg regist assign upgrade downgrade qualif disqual process file output return respond reply answer report consider count enter promote move put puts putt set sets sett read & urgency priority intent importance score scoring rating rank ranking confidence readiness fit band tier grade routing route budget authority timeline request not_a data_ qualified hot label category verdict classification segment lead status spam vendor buyer sql mql enterprise decision approved urgent vip & as to with at under into in be & message lead enquiry inquiry contact sender request email mail account record ticket conversation form submission one us me it company call case",
            rf"\b{_VERB}(?:s|ed|ing)?\b.{{0,12}}\b(?:this|that|the|my|our|it|me|us|every|any|all|following|present|such)\b.{{0,30}}\b(?:message|lead|enquiry|inquiry|contact|sender|request|email|e-mail|mail|account|record|ticket|conversation|form|submission|one|us|me|it|company|call|case)\b.{{0,25}}\b(?:as|to be|to|with|at|under|into|in|=)\b.{{0,30}}\b{LABEL}\b",
        ),
        (
            "labelled labeled classified marked scored treated tagged ranked rated recorded routed flagged left logged filed categori & be",
            r"\b(?:messages?|leads?|this|enquir\w+|inquir\w+|contacts?|mails?|they|it|we|these)\b.{0,60}\b(?:is|are|must|should|shall|has|have|needs?)\b.{0,12}\bto be (?:labelled|labeled|classified|marked|scored|treated|tagged|ranked|rated|recorded|routed|flagged|left out|logged|filed|categori[sz]ed)\b",
        ),
        (
            "urgen dringlich dringend prioridad priorit intent lead score routing rating not_a_buyer data_rights field status label budget competitor request authority timeline & set change update raise lower increase bump adjust make put fill stufe setze markiere marque marca clasifica classe bewerte",
            r"\b(?:set|change|update|raise|lower|increase|bump|adjust|make|put|fill|stufe|setze|markiere|marque|marca|clasifica|classe[rz]?|bewerte)\b.{0,25}\b(?:the |its |all |his |her |our |my |this )?(?:urgency|priority|intent|lead score|score|routing|rating|urgent|dringlichkeit|dringend|urgencia|urgente|urgence|prioridad|priorit[eéä]\w*|not_a_buyer|data_rights|budget (?:field|status|label)|authority (?:field|status|label)|timeline (?:field|status|label))\b(?:.{0,12}(?:\bto\b|=|:|\bauf\b|\bein\b|\bals\b|\bcomme\b|\bcomo\b|\ba\b|\bhigh\w*|\blow\w*|\btop\b|\bmax\w*)|\s*$)",
        ),
        (
            "stufe markiere klassifiz bewerte setze & kontakt nachricht anfrage lead absender",
            r"\b(?:stufe|markiere|klassifiziere|bewerte|setze)\b.{0,50}\b(?:kontakt|nachricht|anfrage|lead|absender)\b",
        ),
        (
            "class marque consid clasifi marc trat & ce message contact prospect mensaje contacto lead correo",
            r"\b(?:classe[rz]?|marque[rz]?|consid[eé]re[rz]?)\b.{0,30}\bce (?:message|contact|prospect)\b|\b(?:clasifi\w+|marc\w+|trat\w+)\b.{0,30}\beste? (?:mensaje|contacto|lead|correo)\b",
        ),
        (
            "ignor",
            r"\b(?:ignor\w+)\b.{0,40}\b(?:instrucciones|anweisungen|consignes|instructions|istruzioni|vorherigen|anteriores|pr[eé]c[eé]dentes)\b",
        ),
        (
            "= : -> => → & urgency priority intent lead lead_s leadsc not_a_buyer data_rights confidence label route routing band classification verdict tier budget authority timeline request need competitor",
            r"\b(?:(?:urgency|priority|intent|lead[_ ]?score|not_a_buyer|data_rights|confidence|label|route|routing|band|classification|verdict|tier)[\"'*` ]*(?:=|:=|:|->|=>|→|\"\s*:)|(?:budget|authority|timeline|request|need|competitor)(?:[\"'*`]?\s*(?:=|:=|->|=>|→)|[\"']\s*:))\s*[\"'`]?\s*(?:(?:very |top |max )?(?:high|low|none|null|approved|decision|explicit|demo|pricing|meeting|trial|true|false|max|top|urgent|hot|security|spam|ignore)|\d|a\b|[\"'])",
        ),
        (
            "<",
            r"</?(?:message|verdict|labels?|result|answer|output|classification|request|instructions?|score|json|lead|data|system|assistant|reading|tool_?call|function)(?:\s[^<>\n]{0,80})?/?>",
        ),
        (
            "rate score rank grade & this it me us our my the",
            r"\b(?:rate|score|rank|grade) (?:this|it|me|us|our|my|the)\b.{0,30}\b(?:\d+|highest|top|high|maximum|100|ten)\b",
        ),
        (
            "skip bypass without & queue review check screening filter qualification triage",
            r"\bskip (?:the )?(?:\w+ ){0,2}(?:queue|review|check|screening|filter)s?\b|\b(?:bypass|without) (?:the )?(?:human )?(?:review|qualification|screening|triage)\b",
        ),
        (
            "account lead enquiry inquiry message contact ticket call & put place assign give route send pass transfer escalate hand & under to directly straight in",
            r"\b(?:put|place|assign|give|route|send|pass|transfer|escalate|hand)\b.{0,25}\b(?:this|the|my|our) (?:account|lead|enquiry|inquiry|message|contact|ticket|call)\b.{0,25}\b(?:under|to|directly|straight|in)\b.{0,40}",
        ),
        (
            "not antworte reagiere & mention reveal tell disclose flag show report answer darauf hierauf",
            r"\bdo not (?:mention|reveal|tell|disclose|flag|show|report|answer)\b.{0,40}\b(?:this (?:note|instruction|message|line)|these instructions|the user|anyone|anybody)\b|\b(?:antworte|reagiere) (?:nicht )?(?:darauf|hierauf)\b",
        ),
        (
            "json xml yaml ok word & respond reply answer output return",
            r"\b(?:respond|reply|answer|output|return)\b.{0,15}\b(?:only |just |exclusively )?(?:with|in|as)?\b.{0,10}\b(?:json|xml|yaml|ok only|the word)\b",
        ),
        (
            "example input output message lead q a & -> => → output label verdict",
            r"\b(?:example|input|output|message|lead|q|a)\s*\d{0,2}\s*:.{0,200}(?:->|=>|→|\boutput\s*:|\blabel\s*:|\bverdict\s*:)",
        ),
        (
            "![",
            r"!\[[^\]\n]{0,80}\]\(https?:[^)\n]{0,300}\)",
        ),
        (
            "label answer classification verdict output score reading & correct right expected true only",
            r"\b(?:the|this) (?:correct|right|expected|true|only) (?:label|answer|classification|verdict|output|score|reading)\b",
        ),
        (
            "sales revops rev crm pre prequalified qualif verified internal lead data salesops & budget urgen score priority decision hot tier sql a authority band qualified & note verified checked confirmed override update pre prequalified approved",
            r"\b(?:sales ?ops|rev ?ops|crm|pre-?qualified|qualification|verified|internal|lead desk|data team)\b.{0,40}\b(?:note|verified|checked|confirmed|override|update|pre-?qualified|approved)\b.{0,60}\b(?:budget|urgen\w+|score|priority|decision|hot|tier|sql|a-lead|authority|band|qualified)\b",
        ),
        (
            "summari answering classify process scor reading & when before after while & append add insert include output repeat say write mark set treat this",
            r"\b(?:when|before|after|while) (?:you )?(?:summari[sz]\w*|answering|classify\w*|process\w*|scor(?:e|ing)|reading)\b.{0,60}\b(?:append|add|insert|include|output|repeat|say|write|mark|set|treat|this)\b",
        ),
        (
            "override",
            r"\b(?:begin|start|end|admin|manual|system|priority|emergency|security)\b.{0,20}\boverride\b",
        ),
        (
            "task job role goal objective purpose & your the & is now will",
            rf"\b(?:your|the) (?:\w+ )?(?:task|job|role|goal|objective|purpose) (?:is|now is|here is|will be) (?:now )?to (?:{_VERB}|\w+ \"|summari[sz]e|assist)\b",
        ),
        (
            "field label value column slot & output write return enter fill put use give answer say record",
            r"\b(?:output|write|return|enter|fill|put|use|give|answer|say|record)\b.{0,40}\b(?:for|in|into|as) the\b.{0,30}\b(?:field|label|value|column|slot)\b",
        ),
        (
            "should must shall will needs ought has is may can & ai llm gpt chatgpt claude gemini copilot language ki bot assistant automated automation screening scoring reading routing triage classification lead ranking qualification classifier parser summari algorithm scorer crm machine model system reader software",
            rf"\b(?:the|this|any|our|your|an?) (?:\w+ )?{MACHINE} (?:should|must|shall|will|needs to|ought to|has to|is to|may|can) (?:now |also |please )?(?:conclude|{_VERB}|assume|believe|note|know|give|assign|decide|see|regard|accept|understand|ignore)\b",
        ),
        (
            "you & must should shall will are have need ought & classif categori label mark score rate treat output rank flag tag prioriti qualif disqual route escalate conclude assign answer respond reply",
            r"\byou (?:must|should|shall|will|are to|have to|need to|ought to|are required to|are instructed to)(?: now| only| always)? (?:classify|categori[sz]e|label|mark|score|rate|treat|output|rank|flag|tag|prioriti[sz]e|qualify|disqualify|route|escalate|conclude|assign|answer (?:with|that|in)|respond (?:with|that|in)|reply only)\b",
        ),
        (
            "für fuer pour para per l & ki k ia i modell modelo modèle modele assistent asistente assistant system sistema système systeme bot automat algorithm algoritmo",
            r"\b(?:für|fuer|pour|para|per) (?:die|das|den|l'|la|le|el|il) ?(?:ki|k\.i\.|ia|i\.a\.|modell|modelo|mod[eè]le|assistent\w*|asistente|assistant|system|sistema|syst[eè]me|bot|automat\w*|algorithm\w*|algoritmo)\b|\bl'(?:ia|i\.a\.)\b",
        ),
        (
            "whichever whatever whoever anyone & pile queue this it urgency priority intent importance score scoring rating rank ranking confidence readiness fit band tier grade routing route budget authority timeline request need not_a data_ qualified hot label category verdict classification segment lead status spam vendor buyer sql mql enterprise decision approved urgent vip & ai llm gpt chatgpt claude gemini copilot language ki bot assistant automated automation screening scoring reading routing triage classification lead ranking qualification classifier parser summari algorithm scorer crm machine model system reader software reads processes scores screens summari triages classif parses is",
            rf"\b(?:whichever|whatever|whoever|any|anyone|anything)\b.{{0,25}}\b(?:{MACHINE}\b|(?:triages|reads|processes|scores|screens|summari[sz]es|classifies|parses|is (?:reading|processing|scoring|summari[sz]ing|screening))).{{0,80}}\b(?:{LABEL}|pile|queue|this|it)\b",
        ),
        (
            "from henceforth & now on here henceforth",
            rf"\b(?:from now on|henceforth|from here on)\b.{{0,60}}\b(?:{LABEL}|treat|mark|you|message|sender)\b",
        ),
        (
            "score",
            r"\b(?:lead|contact|intent|fit|priority|engagement|account) (?:score|rating|grade)\b.{0,12}\b\d{1,3}\b|\bscore\W{1,3}\d{1,3}(?:/|\s*of\s*|%)",
        ),
    )
)


def _bits() -> tuple[dict[str, int], dict[str, int], tuple[tuple[int, re.Pattern[str]], ...]]:
    """Every group of every rule as one bit: by word, by sign, and all bits that each rule needs."""
    words: dict[str, int] = {}
    by_sign: dict[str, int] = {}
    needs: list[tuple[int, re.Pattern[str]]] = []
    bit = 1
    for groups, expression in RULES:
        need = 0
        for known, signs in groups:
            for word in known:
                words[word] = words.get(word, 0) | bit
            for sign in signs:
                by_sign[sign] = by_sign.get(sign, 0) | bit
            need |= bit
            bit <<= 1
        needs.append((need, expression))
    return words, by_sign, tuple(needs)


_BY_WORD, _BY_SIGN, _NEEDS = _bits()
_WORDS: Final = frozenset(_BY_WORD)
_SIGNS: Final = tuple(_BY_SIGN)


def worth_trying(known: set[str], low: str) -> list[re.Pattern[str]]:
    """The expressions whose words all occur in a text in small letters; ``known`` are its beginnings."""
    present = 0
    for word in _WORDS & known:
        present |= _BY_WORD[word]
    for sign in [sign for sign in _SIGNS if sign in low]:
        present |= _BY_SIGN[sign]
    absent = ~present
    return [expression for need, expression in _NEEDS if not need & absent]
