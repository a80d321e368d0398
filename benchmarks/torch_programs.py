"""The same networks in idiomatic PyTorch: modules, autograd and torch.optim."""

from itertools import pairwise

import torch
from torch import nn


class Softmax(nn.Module):
    """One layer of ten neurons, with the canon's own cross entropy."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(784, 10)

    def forward(self, images, labels):
        predictions = torch.softmax(self.layer(images), 1)
        return -(labels * predictions.log()).mean() * 1000.0


class FiveLayers(nn.Module):
    """784-200-100-60-30-10 with relu."""

    def __init__(self, dropout=0.0):
        super().__init__()
        sizes = [784, 200, 100, 60, 30, 10]
        layers = []
        for inputs, outputs in pairwise(sizes):
            layers.append(nn.Linear(inputs, outputs))
            if outputs != sizes[-1]:
                layers.append(nn.ReLU())
                if dropout:
                    layers.append(nn.Dropout(dropout))
        self.layers = nn.Sequential(*layers)

    def forward(self, images, labels):
        return nn.functional.cross_entropy(self.layers(images), labels) * 100


def softmax():
    model = Softmax()
    return model, torch.optim.SGD(model.parameters(), lr=0.005), None


def five_layers(dropout=0.0):
    model = FiveLayers(dropout)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9995)
    return model, optimizer, schedule


def five_layers_dropout():
    return five_layers(0.25)


def training_step(model, optimizer, schedule):
    """A function of a NumPy batch that takes one step."""

    def step(images, labels):
        optimizer.zero_grad()
        loss = model(torch.from_numpy(images), torch.from_numpy(labels))
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()

    return step
