"""What an act leaves behind: rows in the web log, the mail tool, the attendance list and the CRM."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from muster.demo.draw import Draw
from muster.demo.export import Export
from muster.demo.marketing import Campaign, Plan
from muster.demo.records import END, SOLUTIONS, Act, Lead, Person

SITE_PATHS = {
    topic: (f"/{topic}", f"/{topic}", f"/{topic}/features", f"/{topic}/features", f"/blog/{topic}-notes")
    for topic in SOLUTIONS
} | {"company": ("/", "/", "/company", "/blog/industry-news", "/blog/how-we-work")}
# What the old process gave a person for an act: the points behind MQL_Date__c.
POINTS = {
    "demo": 50, "guide": 12, "webinar": 15, "event": 15, "dinner": 15, "pricing": 8, "docs": 3,
    "email": 4, "visit": 2, "social": 2, "reply": 10, "share": 5, "careers": 0,
}  # fmt: skip


class Tracer:
    """Writes what one account's people do; `points` keeps the old score's entries by person."""

    def __init__(self, draw: Draw, export: Export, plan: Plan, *, strangers: list[str]) -> None:
        self._draw = draw
        self._export = export
        self._plan = plan
        self._strangers = strangers
        self.points: list[tuple[datetime, Person, int]] = []
        self._writers: dict[str, Callable[[Act], None]] = {
            "visit": self._visit, "docs": self._visit, "pricing": self._visit, "careers": self._visit,
            "guide": self._read_guide, "demo": self._ask_for_demo, "webinar": self._join_webinar,
            "event": self._meet, "dinner": self._meet, "social": self._meet, "reply": self._reply,
            "email": self._answer_mail, "share": self._share,
        }  # fmt: skip

    def leave(self, act: Act) -> None:
        """Write the rows of one act and count its points."""
        if act.at > END:
            return
        self._writers[act.kind](act)
        self.points.append((act.at, act.person, POINTS[act.kind]))

    def view(
        self,
        person: Person,
        at: datetime,
        path: str,
        *,
        campaign: Campaign | None = None,
        token: str = "",
        event: str = "page_view",
        is_known: bool | None = None,
    ) -> None:
        """Write one page view: who is known by then, and where the network seemed to be."""
        if at > END:
            return
        known = person.identified_at is not None and person.identified_at <= at
        if is_known is None:
            is_known = known and self._draw.chance(0.88)
        seen = self._draw.weigh({"own": 0.62, "none": 0.34, "wrong": 0.04})
        domain = {"own": person.account.domain, "none": "", "wrong": self._draw.pick(self._strangers)}[seen]
        self._export.add(
            "events/web_events",
            event_id="w" + self._draw.code(8),
            ts=at,
            visitor_id=person.visitor_id,
            email=person.address_at(at) if is_known else "",
            ip_company_domain=domain,
            path=path,
            utm_campaign=campaign.campaign_id if campaign else "",
            share_token=token,
            event=event,
        )

    def _visit(self, act: Act) -> None:
        at = act.at
        if act.kind == "careers":
            self.view(act.person, at, "/careers")
            return
        tactic = None
        if self._draw.chance(0.16):
            name = "Retargeting" if act.person.identified_at and self._draw.chance(0.4) else "Paid search"
            tactic = self._plan.tactic(name, at, topic=act.topic)
        first = {"pricing": "/pricing", "docs": f"/docs/{act.topic}"}.get(act.kind)
        paths = [first] if first else []
        more = self._draw.whole(0 if first else 1, 2)
        paths += [self._draw.pick(SITE_PATHS[act.topic]) for _ in range(more)]
        for number, path in enumerate(paths):
            is_ad = tactic is not None and number == 0
            kind = "ad_click_visit" if is_ad else "page_view"
            self.view(act.person, at, path, campaign=tactic if is_ad else None, event=kind)
            at += timedelta(seconds=self._draw.whole(20, 400))

    def _read_guide(self, act: Act) -> None:
        page = self._draw.pick(self._plan.guides[act.topic])
        programme = self._draw.weigh(
            {"Content syndication": 3, "Paid search": 2, "Partner co-marketing": 0.7}
        )
        tactic = self._plan.tactic(programme, act.at, topic=act.topic)
        self.view(act.person, act.at, page, campaign=tactic)
        if not self._draw.chance(0.75):
            return
        at = act.at + timedelta(seconds=self._draw.whole(30, 300))
        self._identify(act.person, at, source=tactic.type)
        self.view(act.person, at, page + "/thank-you", campaign=tactic, event="form_submit", is_known=True)
        self.respond(act.person, at, tactic)

    def _ask_for_demo(self, act: Act) -> None:
        self.view(act.person, act.at, f"/{act.topic}" if act.topic in SOLUTIONS else "/")
        at = act.at + timedelta(minutes=self._draw.whole(2, 20))
        self._identify(act.person, at, source="Web")
        self.view(act.person, at, "/demo/thank-you", event="form_submit", is_known=True)

    def _join_webinar(self, act: Act) -> None:
        programme = self._draw.weigh({"Webinars": 3, "Partner co-marketing": 1})
        tactic = self._plan.tactic(programme, act.at, topic=act.topic)
        self._identify(act.person, act.at, source="Webinar")
        came = self._draw.chance(0.72)
        self.attend(act.person, act.at, tactic, kind="webinar", topic=act.topic, came=came)
        self.respond(act.person, act.at, tactic)

    def _meet(self, act: Act) -> None:
        names = {"dinner": "Executive dinners", "social": "Organic social"}
        programme = names.get(act.kind) or self._draw.pick(("Trade shows", "Field workshops"))
        tactic = self._plan.tactic(programme, act.at, topic=act.topic)
        self._identify(act.person, act.at, source=tactic.type)
        kind = "social" if act.kind == "social" else "event"
        self.attend(act.person, act.at, tactic, kind=kind, topic=act.topic)
        if kind == "event":
            self.respond(act.person, act.at, tactic)

    def _reply(self, act: Act) -> None:
        tactic = self._plan.tactic("SDR outbound", act.at, topic=act.topic)
        self._identify(act.person, act.at, source=tactic.type)
        self.attend(act.person, act.at, tactic, kind="reply", topic=act.topic)

    def _answer_mail(self, act: Act) -> None:
        person = act.person
        if not (person.lead or person.contact_id):
            self._visit(Act(act.at, person, "visit", act.topic))
            return
        tactic = self._plan.tactic("Nurture e-mail", act.at, topic=act.topic)
        page = self._draw.pick(self._plan.guides[act.topic])
        sent_at = act.at - timedelta(minutes=self._draw.whole(3, 2000))
        self._member(person, sent_at, tactic, responded=False)
        self.mail(person.address_at(act.at), act.at, tactic, event="open", page=page)
        if self._draw.chance(0.55):
            at = act.at + timedelta(seconds=self._draw.whole(8, 90))
            self.mail(person.address_at(at), at, tactic, event="click", page=page)
            self._identify(person, at, source=tactic.type)
            self.view(person, at + timedelta(seconds=2), page, campaign=tactic, is_known=True)
        if person.account.has_scanner:
            # The company's mail gateway follows every link within seconds of delivery.
            for link, page in enumerate(self._plan.guides[act.topic][:4]):
                at = sent_at + timedelta(seconds=2 + link)
                self.mail(person.address_at(at), at, tactic, event="click", page=page)

    def _share(self, act: Act) -> None:
        page = self._draw.pick(self._plan.guides[act.topic])
        token = "s" + self._draw.code(9)
        self.pass_on(
            act, token=token, page=page, is_named=self._draw.chance(0.8), reads=self._draw.chance(0.8)
        )

    def pass_on(self, act: Act, *, token: str, page: str, is_named: bool, reads: bool) -> None:
        """Make a tracked link, and let the one it was sent to open it some days later."""
        self.view(act.person, act.at - timedelta(seconds=90), page)
        sharer = act.person.address_at(act.at) if is_named else ""
        self._export.add("events/share_links", share_token=token, ts=act.at, sharer_email=sharer)
        if act.to is None or not reads:
            return
        at = self._draw.at_work(act.at + timedelta(days=self._draw.whole(1, 5)))
        self.view(act.to, at, page, token=token)
        if act.to.identified_at is not None:
            self.points.append((at, act.to, 3))

    def attend(
        self, person: Person, at: datetime, tactic: Campaign, *, kind: str, topic: str, came: bool = True
    ) -> None:
        """Write a line of an attendance list."""
        self._export.add(
            "events/attendance",
            event_id="a" + self._draw.code(8),
            ts=at,
            email=person.address_at(at),
            campaign_id=tactic.campaign_id,
            kind=kind,
            status="attended" if came else "no_show",
            topic=topic,
        )

    def mail(self, email: str, at: datetime, tactic: Campaign, *, event: str, page: str) -> None:
        """Write one line of the mail tool's log."""
        if at <= END:
            self._export.add(
                "events/email_events",
                event_id="e" + self._draw.code(8),
                ts=at,
                email=email,
                campaign_id=tactic.campaign_id,
                event=event,
                url=page,
            )

    def respond(self, person: Person, at: datetime, tactic: Campaign) -> None:
        """Make the person a member of a campaign who responded."""
        self._member(person, at, tactic, responded=True)

    def _member(self, person: Person, at: datetime, tactic: Campaign, *, responded: bool) -> None:
        is_contact = bool(person.contact_id) and (person.contact_created_at or at) <= at
        self._export.add(
            "crm/CampaignMember",
            Id=self._draw.record_id("00v"),
            CampaignId=tactic.campaign_id,
            LeadId="" if is_contact or person.lead is None else person.lead.lead_id,
            ContactId=person.contact_id if is_contact else "",
            Status="Responded" if responded else "Sent",
            HasResponded=responded,
            CreatedDate=at,
            FirstRespondedDate=at.date() if responded else "",
        )

    def _identify(self, person: Person, at: datetime, *, source: str) -> None:
        """Tie the person's browser to an address, and make a lead of whoever is new."""
        if person.identified_at is None:
            person.identified_at = at
        if person.lead is None and not person.contact_id:
            person.lead = Lead(self._draw.record_id("00Q"), person, person.email, source, at)
