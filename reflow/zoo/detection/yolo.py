"""YOLO on drawn scenes: finds squares and circles, and says which is which, at one look.

    reflow run -m reflow.zoo.detection.yolo [--steps=2000] [--summaries=DIR]

After Redmon, Divvala, Girshick and Farhadi, https://arxiv.org/abs/1506.02640: each cell of a grid
says whether an object's centre lies in it, which box it has and of which sort it is.  With
--summaries, TensorBoard shows the boxes.
"""

import numpy as np
import tensorflow as tf

from .scenes import GRID, SIDE, SORTS, scenes

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("steps", 2000, "How many training steps to take.")
tf.app.flags.DEFINE_integer("batch", 50, "Scenes in a training step.")
tf.app.flags.DEFINE_integer("report", 250, "How many steps lie between two reports.")
tf.app.flags.DEFINE_string("summaries", "", "Where to write some, if anywhere.")


class Cells:
    """What is said about each cell of the grid: tensors [batch, GRID, GRID, ...].

    present: from 0 to 1, whether there is an object [..., 1]
    centre:  its x and y, from the cell's left upper corner, where the cell is 1 wide [..., 2]
    size:    its width and height, where the picture is 1 wide [..., 2]
    sort:    a probability for each [..., sorts]
    """

    def __init__(self, values):
        self.present, self.centre, self.size, self.sort = tf.split(
            values, [1, 2, 2, len(SORTS)], axis=3
        )

    def corners(self):
        """The boxes' left upper and right lower corners (x, y), where the picture is 1 wide."""
        x, y = tf.meshgrid(tf.range(GRID), tf.range(GRID))
        centre = (self.centre + tf.cast(tf.stack([x, y], axis=2), tf.float32)) / GRID
        return centre - self.size / 2, centre + self.size / 2


def network(pictures):
    """pictures [batch, SIDE, SIDE, 1] -> what is said about their cells."""
    values = pictures
    for channels, stride in [(16, 2), (32, 2), (64, 2), (64, 1), (64, 1)]:
        values = tf.layers.conv2d(values, channels, 3, stride, "same", activation=tf.nn.leaky_relu)
    values = tf.layers.conv2d(values, 5 + len(SORTS), 1)
    return Cells(tf.concat([tf.sigmoid(values[..., :5]), tf.nn.softmax(values[..., 5:])], axis=3))


def intersection_over_union(one, other):
    """Of the boxes of the same cells [batch, GRID, GRID, 1]: 1 where they are the same."""
    (start, end), (other_start, other_end) = one.corners(), other.corners()
    shared = tf.nn.relu(tf.minimum(end, other_end) - tf.maximum(start, other_start))
    shared, area, other_area = (
        tf.reduce_prod(sizes, axis=3, keepdims=True) for sizes in (shared, one.size, other.size)
    )
    return shared / (area + other_area - shared + 1e-9)


def yolo_loss(said, truth, overlap):
    """The paper's sum of squares, per picture.

    Boxes count 5 times as much as sorts, cells without an object half as much as those with one.
    An error weighs more in a small box, therefore the roots.
    """

    def squares(values):
        return tf.reduce_sum(tf.square(values), axis=3, keepdims=True)

    box = squares(said.centre - truth.centre) + squares(tf.sqrt(said.size) - tf.sqrt(truth.size))
    # To be as sure of an object as its box is right.
    sure = squares(said.present - tf.stop_gradient(overlap))
    with_object = 5 * box + sure + squares(said.sort - truth.sort)
    without = 0.5 * squares(said.present)
    cells = truth.present * with_object + (1 - truth.present) * without
    return tf.reduce_mean(tf.reduce_sum(cells, axis=[1, 2, 3]))


def scores(said, truth, overlap):
    """Which share of the objects is found, and how many are seen per picture that are none.

    Found is an object whose box overlaps by half, and whose sort is told right.
    """
    seen = tf.cast(said.present > 0.5, tf.float32)
    right = tf.equal(tf.argmax(said.sort, 3), tf.argmax(truth.sort, 3))[..., tf.newaxis]
    found = truth.present * seen * tf.cast(tf.logical_and(right, overlap >= 0.5), tf.float32)
    unreal = tf.reduce_sum((1 - truth.present) * seen, axis=[1, 2, 3])
    return tf.reduce_sum(found) / tf.reduce_sum(truth.present), tf.reduce_mean(unreal)


def with_boxes(pictures, said):
    """The pictures, with a box around each object seen."""
    (left, top), (right, bottom) = (tf.unstack(corner, axis=3) for corner in said.corners())
    boxes = tf.stack([top, left, bottom, right], axis=3) * tf.round(said.present)
    colour = tf.image.grayscale_to_rgb(tf.clip_by_value(pictures, 0, 1))
    return tf.image.draw_bounding_boxes(colour, tf.reshape(boxes, [-1, GRID * GRID, 4]))


def main(_):
    tf.set_random_seed(0)

    pictures = tf.placeholder(tf.float32, [None, SIDE, SIDE, 1], name="pictures")
    answers = tf.placeholder(tf.float32, [None, GRID, GRID, 5 + len(SORTS)], name="answers")
    said, truth = network(pictures), Cells(answers)
    overlap = intersection_over_union(said, truth)
    loss = yolo_loss(said, truth, overlap)
    found, unreal = scores(said, truth, overlap)
    step_count = tf.train.get_or_create_global_step()
    rate = tf.train.cosine_decay(0.002, step_count, FLAGS.steps)
    train_step = tf.train.AdamOptimizer(rate).minimize(loss, global_step=step_count)
    summary = tf.summary.image("seen", with_boxes(pictures, said), max_outputs=8)

    test = dict(zip((pictures, answers), scenes(500, np.random.RandomState(1))))
    random = np.random.RandomState(0)
    with tf.Session() as sess:
        writer = tf.summary.FileWriter(FLAGS.summaries, sess.graph) if FLAGS.summaries else None
        sess.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps + 1):
            if step % FLAGS.report == 0:
                error, share, surplus = sess.run([loss, found, unreal], test)
                print(
                    f"step {step:5d}   test loss {error:.3f}   found {share:.1%}"
                    f"   unreal {surplus:.2f} per scene"
                )
                if writer:
                    writer.add_summary(sess.run(summary, test), step)
            sess.run(train_step, dict(zip((pictures, answers), scenes(FLAGS.batch, random))))
        if writer:
            writer.close()


if __name__ == "__main__":
    tf.app.run()
