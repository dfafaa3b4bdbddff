from app.dossiers.tools import Tools
from app.jobs.service import Work


async def print_form(tools: Tools, work: Work) -> None: ...
