"""tf.distributions: probability distributions whose parameters and samples are tensors."""

from reflow.tf.distributions.bernoulli import Bernoulli
from reflow.tf.distributions.beta import Beta
from reflow.tf.distributions.categorical import Categorical
from reflow.tf.distributions.dirichlet import Dirichlet
from reflow.tf.distributions.dirichlet_multinomial import DirichletMultinomial
from reflow.tf.distributions.distribution import (
    FULLY_REPARAMETERIZED,
    NOT_REPARAMETERIZED,
    Distribution,
    ReparameterizationType,
)
from reflow.tf.distributions.divergence import RegisterKL, kl_divergence
from reflow.tf.distributions.exponential import Exponential
from reflow.tf.distributions.gamma import Gamma
from reflow.tf.distributions.laplace import Laplace
from reflow.tf.distributions.multinomial import Multinomial
from reflow.tf.distributions.normal import Normal
from reflow.tf.distributions.student_t import StudentT
from reflow.tf.distributions.uniform import Uniform

__all__ = [
    "FULLY_REPARAMETERIZED",
    "NOT_REPARAMETERIZED",
    "Bernoulli",
    "Beta",
    "Categorical",
    "Dirichlet",
    "DirichletMultinomial",
    "Distribution",
    "Exponential",
    "Gamma",
    "Laplace",
    "Multinomial",
    "Normal",
    "RegisterKL",
    "ReparameterizationType",
    "StudentT",
    "Uniform",
    "kl_divergence",
]
