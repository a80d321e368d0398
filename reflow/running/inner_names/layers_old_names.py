"""The second names that TensorFlow's inner modules of layers have for classes and functions."""

from __future__ import annotations

from reflow.tf.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    Dense,
    MaxPooling2D,
    SeparableConv2D,
    average_pooling2d,
    batch_normalization,
    conv1d,
    conv2d,
    conv2d_transpose,
    conv3d,
    conv3d_transpose,
    dense,
    max_pooling2d,
    separable_conv2d,
)

FullyConnected, fully_connected = Dense, dense

Convolution1D, convolution1d = Conv1D, conv1d
Convolution2D, convolution2d = Conv2D, conv2d
Convolution3D, convolution3d = Conv3D, conv3d
SeparableConvolution2D, separable_convolution2d = SeparableConv2D, separable_conv2d
Convolution2DTranspose = Deconvolution2D = Deconv2D = Conv2DTranspose
Convolution3DTranspose = Deconvolution3D = Deconv3D = Conv3DTranspose
convolution2d_transpose = deconvolution2d = deconv2d = conv2d_transpose
convolution3d_transpose = deconvolution3d = deconv3d = conv3d_transpose

MaxPool2D, max_pool2d = MaxPooling2D, max_pooling2d
AvgPool2D, avg_pool2d = AveragePooling2D, average_pooling2d

BatchNorm, batch_norm = BatchNormalization, batch_normalization
