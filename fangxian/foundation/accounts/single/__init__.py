"""Single sign-on: a province's own OpenID Connect provider says who somebody is."""
