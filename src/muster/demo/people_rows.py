"""Writes what the CRM holds of users, accounts, leads and contacts, with the dirt that comes with them."""

from __future__ import annotations

from datetime import timedelta

from muster.demo.draw import Draw
from muster.demo.export import Export
from muster.demo.organisations import FREE_MAIL, User
from muster.demo.records import END, Account, Lead, Person


def record_users(export: Export, users: list[User]) -> None:
    """Write the vendor's own people."""
    for user in users:
        export.add(
            "crm/User",
            Id=user.user_id,
            FirstName=user.first,
            LastName=user.last,
            Email=user.email,
            Title=user.title,
            IsActive=user.is_active,
        )


def record_account(draw: Draw, export: Export, account: Account) -> None:
    """Write an account record; a few lack industry, size or web address."""
    export.add(
        "crm/Account",
        Id=account.account_id,
        Name=account.name,
        Website=account.website if draw.chance(0.93) else "",
        Industry=account.industry if draw.chance(0.9) else "",
        NumberOfEmployees=account.employees if draw.chance(0.9) else "",
        BillingState=account.state,
        Type=account.type,
        ICP_Tier__c=account.tier,
        Uses_Key_Technology__c=account.uses_technology,
        OwnerId=account.owner_id,
        CreatedDate=account.created_on,
    )


def record_people(draw: Draw, export: Export, account: Account) -> None:
    """Write the leads and contacts of an account, and move converted leads' memberships to the contact."""
    for person in account.people:
        if person.lead is not None:
            record_lead(draw, export, person.lead)
            if draw.chance(0.06) and person.lead.email == person.email:
                _enter_again(draw, export, person, person.lead)
        if person.contact_id:
            export.add(
                "crm/Contact",
                Id=person.contact_id,
                AccountId=account.account_id,
                FirstName=person.first,
                LastName=person.last,
                Email=person.contact_email,
                Title=person.title,
                Department=person.function if draw.chance(0.5) else "",
                LeadSource=person.lead.source if person.lead else "",
                CreatedDate=person.contact_created_at,
                OwnerId=account.owner_id,
            )


def record_lead(draw: Draw, export: Export, lead: Lead) -> None:
    """Write one lead record."""
    person, account = lead.person, lead.person.account
    is_converted = lead.converted_at is not None
    company = draw.weigh({account.name: 0.5, account.plain_name: 0.35, account.plain_name.lower(): 0.15})
    export.add(
        "crm/Lead",
        Id=lead.lead_id,
        FirstName=person.first,
        LastName=person.last,
        Email=lead.email,
        Company=company,
        Title=person.title,
        LeadSource=lead.source,
        CreatedDate=lead.created_at,
        Status=lead.status,
        Disqualified_Reason__c=lead.reason,
        Disqualified_Date__c=lead.disqualified_at,
        IsConverted=is_converted,
        ConvertedDate=lead.converted_at,
        ConvertedContactId=person.contact_id if is_converted else "",
        ConvertedAccountId=account.account_id if is_converted else "",
        ConvertedOpportunityId=lead.converted_opportunity_id,
        MQL_Date__c=lead.mql_at,
        SAL_Date__c=lead.sal_at,
        OwnerId=account.sdr_id if lead.mql_at else account.owner_id,
    )


def _enter_again(draw: Draw, export: Export, person: Person, lead: Lead) -> None:
    """Enter the same person once more, under another address."""
    at = lead.created_at + timedelta(days=draw.whole(20, 300))
    if at > END:
        return
    local = (
        f"{person.first[0]}{person.last}"
        if "." in lead.email.split("@")[0]
        else f"{person.first}.{person.last}"
    )
    domain = person.account.domain if draw.chance(0.7) else FREE_MAIL
    again = Lead(draw.record_id("00Q"), person, f"{local}@{domain}".lower(), draw.pick(("Web", "Event")), at)
    record_lead(draw, export, again)


def follow_conversions(export: Export, accounts: list[Account]) -> None:
    """Move campaign memberships after a conversion from the lead to its contact, as a CRM does."""
    converted = {
        person.lead.lead_id: (person.lead.converted_at.strftime("%Y-%m-%dT%H:%M:%SZ"), person.contact_id)
        for account in accounts
        for person in account.people
        if person.lead is not None and person.lead.converted_at is not None
    }
    for row in export.rows["crm/CampaignMember"]:
        at, contact_id = converted.get(row["LeadId"], ("9999", ""))
        if row["CreatedDate"] >= at:
            row["LeadId"], row["ContactId"] = "", contact_id
