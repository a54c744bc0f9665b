"""The one thing handlers find in the web application: the open box."""

from aiohttp import web

from deploy.local.sandbox.box import Box

BOX = web.AppKey("box", Box)
