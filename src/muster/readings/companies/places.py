"""Words that name a place: what tells one unit of an organisation, or one member of a family of names, from another.

`Nokia India` is a part of Nokia; `Delta Dental of Ohio` and `Delta Dental of Iowa` are two companies.
"""

from __future__ import annotations

_COUNTRIES = """
argentina australia austria bangladesh belgium bolivia brazil brasil bulgaria cambodia canada chile china colombia
croatia cyprus czech denmark danmark deutschland ecuador egypt espana estonia ethiopia finland france georgia germany
ghana greece guatemala hungary iceland india indonesia iran iraq ireland israel italia italy japan jordan kenya korea
kuwait latvia lebanon lithuania luxembourg malaysia malta mexico morocco nederland netherlands nigeria norge norway
oman pakistan panama peru philippines poland polska portugal qatar romania russia saudi senegal serbia singapore
slovakia slovenia spain sverige suisse sweden switzerland taiwan tanzania thailand tunisia turkey uganda uk ukraine
usa uruguay venezuela vietnam zambia zimbabwe america americas american africa african asia asian europe european
emea apac latam britain british england scotland wales eu gulf nordic nordics baltic iberia benelux dach pacific
africa australian canadian chinese danish dutch finnish french german indian irish israeli italian japanese korean
mexican norwegian polish portuguese russian spanish swedish swiss turkish emirates uae hk nz ksa
"""
_STATES = """
alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois indiana iowa
kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada
hampshire jersey carolina dakota ohio oklahoma oregon pennsylvania rhode tennessee texas utah vermont virginia
washington wisconsin wyoming ontario quebec alberta manitoba saskatchewan queensland victoria tasmania bavaria bayern
saxony sachsen hessen baden catalunya catalonia andalucia bretagne normandie lombardia toscana maharashtra gujarat
karnataka kerala punjab scotia yorkshire wales kent essex sussex surrey devon
"""
_CITIES = """
amsterdam antwerp athens atlanta auckland austin baltimore bangalore bengaluru bangkok barcelona basel beijing berlin
birmingham bogota bologna bombay boston bremen brisbane bristol brussels bucharest budapest buffalo cairo calcutta
cambridge chennai chengdu chicago cincinnati cleveland cologne columbus copenhagen dallas delhi denver detroit dresden
dubai dublin dusseldorf edinburgh florence frankfurt geneva genova glasgow gothenburg guangzhou hamburg hangzhou
hannover hanoi helsinki hong kong houston hyderabad istanbul jakarta jerusalem johannesburg karachi karlsruhe kiev
kolkata krakow kyiv kyoto lagos lahore leeds leipzig lille lima lisbon liverpool london los angeles lyon madras madrid
manchester manila marseille melbourne memphis miami milan milano milwaukee minneapolis montreal moscow mumbai munich
munchen nagoya nairobi nanjing naples napoli nashville nice new york oakland orlando osaka oslo ottawa oxford padova
palermo paris perth philadelphia phoenix pisa pittsburgh portland porto prague praha pune qingdao quito riga rio rome
roma rotterdam sacramento salzburg san antonio diego francisco jose santiago sao paulo seattle seoul shanghai shenzhen
sheffield sofia stockholm stuttgart suzhou sydney taipei tallinn tampa tampere tehran tianjin tokyo toronto torino
toulouse trondheim tucson tulsa turin turku utrecht valencia vancouver venice vienna vilnius warsaw wellington wien
winnipeg wroclaw wuhan xian yokohama zagreb zurich north south east west northern southern eastern western central
northeast northwest southeast southwest
"""
_PLACES = frozenset((_COUNTRIES + _STATES + _CITIES).split())


def is_place(word: str) -> bool:
    """Whether a word is a country, a state, a large city, or a point of the compass.

    >>> is_place("ohio"), is_place("siemens")
    (True, False)
    """
    return word in _PLACES
