"""MNIST, embedded; and local answers to the old addresses that programs download it from."""
