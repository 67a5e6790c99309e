"""How small pictures come about in the world: blur, shrinking, noise, compression, in random measure."""

from .arguments import add_options, from_args
from .kinds import KINDS
from .measured import HALVES, degraded_pairs
from .options import Options
from .pipeline import Degradation

__all__ = ["HALVES", "KINDS", "Degradation", "Options", "add_options", "degraded_pairs", "from_args"]
