"""Tests of the trust package; `trust.making` makes certificates for other tests as well."""
