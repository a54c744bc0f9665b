"""The tables of network, topic by topic; importing this knows them all."""

from services.network.storage.tables import circles as circles
from services.network.storage.tables import families as families
from services.network.storage.tables import imports as imports
from services.network.storage.tables import plans as plans
from services.network.storage.tables import releases as releases
from services.network.storage.tables import words as words
from services.network.storage.tables.base import Base as Base
