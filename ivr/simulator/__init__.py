"""The carrier, played by the program: it fetches and follows TwiML, signs what it posts and keeps records.

It is stricter than the provider: what the provider would only warn about, and what is not portable between
providers, is an error here. So a call that goes through here should go through there. None of it knows Flask.
"""
