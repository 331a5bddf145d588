"""Words from which people and companies are named. All of them are invented combinations."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST: Final = _words(
    "Ada Adrian Agnes Alba Amara Anders Anouk Arjun Astrid Aya Beatriz Bela Bruno Camille Carlos Chidi Clara "
    "Dagny Daniel Daria Deniz Devika Diego Edda Elias Elif Emre Esme Farid Fatima Felix Freya Gabriel Gita "
    "Hana Henrik Ibrahim Ilse Imani Ines Ivo Jamal Jana Jonas Julia Kaito Kamala Karin Kofi Lars Leila Lena "
    "Liam Lucia Magnus Maira Malik Marta Mateo Mina Miriam Nadia Naomi Niko Noor Nuria Olga Omar Oskar Paula "
    "Pedro Petra Priya Rafael Rania Rosa Ruth Samir Sanna Selma Sofia Stefan Tamar Tariq Tessa Thomas Uma "
    "Valeria Victor Wanda Yara Yusuf Zoe"
)
LAST: Final = _words(
    "Abara Adeyemi Albrecht Almeida Andersen Arslan Baptiste Barlow Becker Bianchi Bisset Borg Brandt "
    "Calloway "
    "Castellan Chaudhry Clarke Coste Dahl Danso Dekker Delgado Demir Doyle Duarte Eklund Engel Farrow "
    "Ferreira "
    "Fontaine Forsberg Fujita Galanis Garrido Ghosh Grant Greaves Haddad Halvorsen Harlow Hassan Hayashi "
    "Hoffer "
    "Ibsen Iyer Jansen Jarvis Kahn Kaplan Keane Kimura Kowal Kruger Lachance Lang Larsen Laurent Lindqvist "
    "Lombardi Lund Madaki Malone Marchetti Mbeki Mendes Mercer Moreau Mori Moss Nair Navarro Nilsen Novak "
    "Obi Okonkwo Orlov Osei Pahl Park Pereira Petrova Pham Quist Rao Reyes Ritter Romano Rosen Sahin "
    "Sandoval "
    "Schreiber Serrano Sharma Silva Stein Strand Sundar Tanaka Teller Thorne Toth Umarov Vance Varga Vega "
    "Villar Voss Wallin Weiss Winter Xu Yilmaz Zeman Zhou"
)
STEM: Final = _words(
    "Alder Amberly Anvil Arbour Ardent Aster Barrow Beacon Birchley Blackmoor Bluefin Brackenridge Bramble "
    "Brightwater Calder Canopy Cedarline Clearbrook Cobalt Copperfield Cormorant Cresting Dovetail Driftwood "
    "Eastmark Elmgate Everline Fairhaven Falconer Fennimore Fernhill Firstlight Foxglove Gannet Granary "
    "Greyfield Harbourne Hartwell Hawthorne Heron Highmoor Hollins Ironbridge Ivywood Juniper Kestrel "
    "Kingfisher Lanternhill Larkspur Linden Longmere Lowland Mapleton Marlow Meridian Millrace Moorgate "
    "Northwind Oakhurst Orchard Osprey Pennant Pinecrest Plover Quarry Quillon Ravenna Redwing Ridgeway "
    "Rosemount Rowan Saltmarsh Sandpiper Sequoia Silverbeck Skylark Southgate Sparrow Stonewall Summerlin "
    "Swiftwater Tamarack Teal Thistle Tidewater Trellis Umber Vantage Verity Wexcombe Whitby Wildrose "
    "Willowby Windermark Wren Yarrow Zephyr"
)
# Second words of a company's name, by the industry they speak of.
TRADES: Final = {
    "Manufacturing": ("Foundry", "Castings", "Tooling", "Plastics", "Machines"),
    "Software": ("Software", "Systems", "Cloudworks", "Labs"),
    "Retail": ("Outfitters", "Stores", "Market", "Homeware"),
    "Healthcare": ("Clinics", "Health", "Care", "Diagnostics"),
    "Banking": ("Bank", "Trust", "Credit"),
    "Insurance": ("Mutual", "Assurance"),
    "Energy": ("Power", "Energy", "Grid"),
    "Telecom": ("Telecom", "Networks"),
    "Education": ("College", "Learning"),
    "Logistics": ("Freight", "Logistics", "Shipping"),
}
LEGAL_FORMS: Final = ("Inc", "Inc.", "LLC", "Ltd", "Corp", "GmbH", "AG", "SA", "BV", "Group", "")
STATES: Final = (*_words("CA NY TX IL MA WA GA CO PA OH ON Bavaria Utrecht Leeds"), "")

# How a function is called in titles.
FUNCTIONS: Final = {
    "IT": ("IT", "Information Technology", "Infrastructure", "Enterprise Applications"),
    "Data": ("Data", "Data Engineering", "Analytics", "Business Intelligence"),
    "Operations": ("Operations", "Business Operations", "Service Delivery"),
    "HR": ("HR", "People", "Human Resources", "Talent"),
    "Sales": ("Sales", "Business Development", "Revenue Operations", "Key Accounts"),
    "Marketing": ("Marketing", "Demand Generation", "Digital Marketing"),
    "Finance": ("Finance", "FP&A", "Accounting", "Controlling"),
    "Procurement": ("Procurement", "Purchasing", "Strategic Sourcing"),
}
SENIORITIES: Final = {
    "staff": ("{} Analyst", "{} Specialist", "Senior {} Analyst", "{} Coordinator", "{} Consultant"),
    "manager": ("{} Manager", "Manager, {}", "Senior Manager {}", "Team Lead {}"),
    "director": ("Director of {}", "{} Director", "Head of {}", "Senior Director, {}"),
    "vp": ("VP {}", "Vice President of {}", "SVP {}", "VP, {}"),
}
CHIEFS: Final = {
    "IT": ("CIO", "Chief Information Officer", "CTO"),
    "Data": ("Chief Data Officer", "CDO"),
    "Operations": ("COO", "Chief Operating Officer"),
    "HR": ("CHRO", "Chief People Officer"),
    "Sales": ("Chief Revenue Officer", "CRO"),
    "Marketing": ("CMO", "Chief Marketing Officer"),
    "Finance": ("CFO", "Chief Financial Officer"),
    "Procurement": ("Chief Procurement Officer",),
}
