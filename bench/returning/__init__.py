"""Parts of the bench of behavior. In: a project of generated events. Out: a funnel, a weekly retention matrix and rolling 28-day actives, by us and by peers.

Read answer (what is compared), ours, then duck, click and polar, each with the best that we know for its engine.
"""
