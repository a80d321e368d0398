"""The convolutional networks in idiomatic PyTorch: modules, autograd and torch.optim.

Each gives what takes one step, given a NumPy batch of digits and labels.
"""

import torch
from graph_convolutions import BIGGER, GAN_BATCH, NORMALISED, SMALL, YOLO
from torch import nn


def same_margins(side, size, stride):
    """What TensorFlow's padding SAME adds, as F.pad takes it."""
    needed = max(0, (-(-side // stride) - 1) * stride + size - side)
    return (needed // 2, needed - needed // 2) * 2


def digit_layers(layers, normalised=False, dropout=0.0):
    """Convolutions, a layer of 200, and the logits."""
    parts, inputs, side = [], 1, 28
    for size, outputs, stride in layers:
        parts += [
            nn.ZeroPad2d(same_margins(side, size, stride)),
            nn.Conv2d(inputs, outputs, size, stride, bias=not normalised),
            *([nn.BatchNorm2d(outputs)] if normalised else []),
            nn.ReLU(),
        ]
        inputs, side = outputs, side // stride
    parts += [nn.Flatten(), nn.Linear(49 * inputs, 200, bias=not normalised)]
    parts += [nn.BatchNorm1d(200)] if normalised else []
    parts += [nn.ReLU(), *([nn.Dropout(dropout)] if dropout else []), nn.Linear(200, 10)]
    return nn.Sequential(*parts)


def trained(model):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9995)

    def step(images, labels):
        optimizer.zero_grad()
        logits = model(torch.from_numpy(images).view(-1, 1, 28, 28))
        loss = nn.functional.cross_entropy(logits, torch.from_numpy(labels)) * 100
        loss.backward()
        optimizer.step()
        schedule.step()

    return step


def convolutional():
    return trained(digit_layers(SMALL))


def convolutional_dropout():
    return trained(digit_layers(BIGGER, dropout=0.25))


def batch_norm():
    return trained(digit_layers(NORMALISED, normalised=True))


def yolo():
    parts = []
    for inputs, outputs, _, stride in YOLO:
        parts += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.LeakyReLU(0.1)]
        if stride == 1:
            parts.append(nn.ReplicationPad2d((0, 1, 0, 1)))
        if stride:
            parts.append(nn.MaxPool2d(2, stride))
    model = nn.Sequential(*parts, nn.Conv2d(1024, 125, 1)).eval()
    image = torch.full((1, 3, 416, 416), 0.5)

    def step(images, labels):
        with torch.no_grad():
            model(image)

    return step


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(100, 6272, bias=False)
        self.middle = nn.ConvTranspose2d(128, 64, 5, 2, 2, 1, bias=False)
        self.last = nn.ConvTranspose2d(64, 1, 5, 2, 2, 1, bias=False)

    def forward(self, noise):
        values = torch.relu(self.dense(noise)).view(-1, 128, 7, 7)
        return torch.sigmoid(self.last(torch.relu(self.middle(values))))


def dcgan():
    generator = Generator()
    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, 5, 2, 2, bias=False),
        nn.LeakyReLU(0.2),
        nn.Conv2d(64, 128, 5, 2, 2, bias=False),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(6272, 1, bias=False),
    )
    optimizers = [
        torch.optim.Adam(part.parameters(), 2e-4, (0.5, 0.999))
        for part in (discriminator, generator)
    ]
    noise, digits = torch.rand(GAN_BATCH, 100), torch.rand(GAN_BATCH, 1, 28, 28)

    def loss(logits, truth):
        labels = torch.full_like(logits, truth)
        return nn.functional.binary_cross_entropy_with_logits(logits, labels)

    def step(images, labels):
        drawn = generator(noise)
        optimizers[0].zero_grad()
        judged = discriminator(digits), discriminator(drawn.detach())
        (loss(judged[0], 1.0) + loss(judged[1], 0.0)).backward()
        optimizers[0].step()
        optimizers[1].zero_grad()
        loss(discriminator(drawn), 1.0).backward()
        optimizers[1].step()

    return step
