"""The files of the export: their columns, and rows gathered until they are written in order of time."""

from __future__ import annotations

import csv
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path
from typing import Final

# File: its columns, and the columns its rows are sorted by.
FILES: Final[dict[str, tuple[str, str]]] = {
    "crm/User": ("Id,FirstName,LastName,Email,Title,IsActive", "Id"),
    "crm/Account": (
        "Id,Name,Website,Industry,NumberOfEmployees,BillingState,Type,ICP_Tier__c,Uses_Key_Technology__c,OwnerId,"
        "CreatedDate",
        "CreatedDate,Id",
    ),
    "crm/Contact": (
        "Id,AccountId,FirstName,LastName,Email,Title,Department,LeadSource,CreatedDate,OwnerId",
        "CreatedDate,Id",
    ),
    "crm/Lead": (
        "Id,FirstName,LastName,Email,Company,Title,LeadSource,CreatedDate,Status,Disqualified_Reason__c,Disqualified_Date__c,IsConverted,"
        "ConvertedDate,ConvertedContactId,ConvertedAccountId,ConvertedOpportunityId,MQL_Date__c,SAL_Date__c,OwnerId",
        "CreatedDate,Id",
    ),
    "crm/Campaign": (
        "Id,Name,Type,ParentId,Solution__c,StartDate,EndDate,ActualCost,Status",
        "ParentId,StartDate,Id",
    ),
    "crm/CampaignMember": (
        "Id,CampaignId,LeadId,ContactId,Status,HasResponded,CreatedDate,FirstRespondedDate",
        "CreatedDate,Id",
    ),
    "crm/Opportunity": (
        "Id,AccountId,Name,Solution__c,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate,IsClosed,IsWon,Type,"
        "LeadSource,CampaignId,OwnerId",
        "CreatedDate,Id",
    ),
    "crm/OpportunityContactRole": ("Id,OpportunityId,ContactId,Role,IsPrimary,CreatedDate", "CreatedDate,Id"),
    "crm/OpportunityHistory": (
        "Id,OpportunityId,StageName,Amount,CurrencyIsoCode,CreatedDate,CloseDate",
        "CreatedDate,Id",
    ),
    "crm/Task": ("Id,WhoId,AccountId,Subject,ActivityDate,Status,OwnerId", "ActivityDate,Id"),
    "crm/Event": ("Id,WhoId,WhatId,Subject,ActivityDateTime,OwnerId", "ActivityDateTime,Id"),
    "events/web_events": (
        "event_id,ts,visitor_id,email,ip_company_domain,path,utm_campaign,share_token,event",
        "ts,event_id",
    ),
    "events/email_events": ("event_id,ts,email,campaign_id,event,url", "ts,event_id"),
    "events/attendance": ("event_id,ts,email,campaign_id,kind,status,topic", "ts,event_id"),
    "events/account_signals": (
        "account_domain,campaign_id,week_start,signal,topic,n",
        "week_start,account_domain,signal,topic",
    ),
    "events/share_links": ("share_token,ts,sharer_email", "ts,share_token"),
    "events/ad_spend": ("campaign_id,channel,spend_date,cost", "spend_date,campaign_id"),
    "reference/content_catalog": ("url,topic,title", "url"),
    "reference/holdout": ("AccountId,CampaignId", "CampaignId,AccountId"),
    "reference/exchange_rates": ("currency,rate_on,rate", "currency,rate_on"),
    "rules/program_goals": (
        "program_id,goal,subject,target,ends_on,effective_from,why",
        "ends_on,program_id",
    ),
}


class Export:
    """Rows of every file, as text, until `write` puts them into a folder."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, str]]] = {name: [] for name in FILES}
        self.spoilt: dict[tuple[str, int], str] = {}

    def add(self, name: str, /, **row: object) -> dict[str, str]:
        """Add a row to a file; instants, days, flags and nothing are written the CRM's way."""
        written = {column: _text(value) for column, value in row.items()}
        self.rows[name].append(written)
        return written

    def arrange(self) -> None:
        """Put every file's rows in order of time, as exports are."""
        for name, (_, keys) in FILES.items():
            self.rows[name].sort(key=itemgetter(*keys.split(",")))

    def spoil(self, name: str, number: int, line: str) -> None:
        """Put a line as it is before a row of a file: a row torn on its way."""
        self.spoilt[name, number] = line

    def write(self, folder: Path) -> None:
        """Write all files into a folder."""
        for name, (columns, _) in FILES.items():
            path = folder / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            header = columns.split(",")
            with path.open("w", encoding="utf-8", newline="") as out:
                lines = csv.writer(out, lineterminator="\n")
                lines.writerow(header)
                for number, row in enumerate(self.rows[name]):
                    if (name, number) in self.spoilt:
                        out.write(self.spoilt[name, number] + "\n")
                    lines.writerow([row[column] for column in header])


def money(cents: int | None) -> str:
    """Write cents the way an export shows an amount: 48213.5, not 48,213.50."""
    if cents is None:
        return ""
    return f"{cents // 100}.{cents % 100:02d}".removesuffix("0")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
