// danfojs-node asks for tfjs-node ^3, which would bring a second engine and a second native download.
// It needs only the TensorFlow.js API, so it gets the copy that everything else here uses.
module.exports = require("@tensorflow/tfjs");
