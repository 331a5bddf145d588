"""What a string says: addresses, domains, titles, company names, pages and solutions, read once each.

Every reading is a function of one string and the rules, never of other rows, so it cannot look ahead.
"""
