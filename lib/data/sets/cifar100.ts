import { cifar, cifarFormat, cifarUrl } from "../cifar-format";
import type { OfficialInfo } from "../dataset-info";

/** The fine labels, in the order of the official `fine_label_names.txt`. */
const fineLabels = `
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle
  bowl boy bridge bus butterfly camel can castle caterpillar cattle
  chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur
  dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard
  lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain
  mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree
  plain plate poppy porcupine possum rabbit raccoon ray road rocket
  rose sea seal shark shrew skunk skyscraper snail snake spider
  squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor
  train trout tulip turtle wardrobe whale willow_tree wolf woman worm`;

/**
 * 32×32 colour photographs in a hundred classes.
 *
 * Reference: Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009.
 */
export const cifar100 = {
  name: "cifar100",
  ...cifar,
  classNames: fineLabels.trim().split(/\s+/),
  source: {
    url: cifarUrl,
    downloads: [{ name: "cifar-100-binary.tar.gz", md5: "03b5dce01913d631647c71ecec9e9cb8" }],
    subfolder: "cifar-100-binary",
    format: cifarFormat(2),
    files: [
      { name: "train.bin", bytes: 153_700_000, md5: "6172c7755cfe09b2fe270c85cebc1b15" },
      { name: "test.bin", bytes: 30_740_000, md5: "4499cfba6c016c1be1438163640a0898" },
    ],
  },
} as const satisfies OfficialInfo;
