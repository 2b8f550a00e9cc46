#include "network/reference.h"

#include <algorithm>
#include <cmath>

#include "kernels/bf16.h"
#include "network/network.h"
#include "support/error.h"

namespace plimsoll {
namespace {

double activated(Activation activation, double x) {
  const auto hardSigmoid = [](double v) { return std::min(std::max(v + 3.0, 0.0), 6.0) / 6.0; };
  const auto logistic = [](double v) { return 1.0 / (1.0 + std::exp(-v)); };
  switch (activation) {
    case Activation::none: return x;
    case Activation::relu: return std::max(x, 0.0);
    case Activation::relu6: return std::min(std::max(x, 0.0), 6.0);
    case Activation::silu: return x * logistic(x);
    case Activation::hardSwish: return x * hardSigmoid(x);
    case Activation::gelu: return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::sigmoid: return logistic(x);
    case Activation::hardSigmoid: return hardSigmoid(x);
  }
  return x;
}

// Calls body(index) for every index below `total`, shared among the team.
template <typename Body>
void forEach(ThreadPool& team, std::size_t total, const Body& body) {
  team.run([&](int member) {
    const Share share = shareOf(total, member, team.size());
    for (std::size_t index = share.begin; index < share.end; ++index) body(index);
  });
}

// Where a window's tap falls; false outside of the image.
bool inputAt(std::size_t out, std::size_t stride, std::size_t tap, std::size_t pad, std::size_t length, std::size_t& in) {
  const std::size_t shifted = out * stride + tap;
  if (shifted < pad || shifted - pad >= length) return false;
  in = shifted - pad;
  return true;
}

DoubleTensor convolution(const ConvShape& s, const Parameters& p, const DoubleTensor& input, ThreadPool& team) {
  const std::size_t depth = s.reduction();
  const std::size_t perGroup = s.outPerGroup();
  const std::size_t inPerGroup = s.inPerGroup();
  // [group][depth][output]: so that the inner loop runs along memory.
  std::vector<float> transposed(p.weights.size());
  for (std::size_t group = 0; group < s.groups; ++group) {
    for (std::size_t out = 0; out < perGroup; ++out) {
      for (std::size_t k = 0; k < depth; ++k) {
        transposed[(group * depth + k) * perGroup + out] = p.weights[(group * perGroup + out) * depth + k];
      }
    }
  }
  DoubleTensor output(s.pixels() * s.outChannels, 0.0);
  forEach(team, s.pixels(), [&](std::size_t pixel) {
    const std::size_t x = pixel % s.outWidth;
    const std::size_t y = pixel / s.outWidth % s.outHeight;
    const std::size_t image = pixel / (s.outWidth * s.outHeight);
    double* sums = output.data() + pixel * s.outChannels;
    for (std::size_t out = 0; out < p.biases.size(); ++out) sums[out] = p.biases[out];
    for (std::size_t row = 0; row < s.kernelHeight; ++row) {
      std::size_t inY = 0;
      if (!inputAt(y, s.stride, row, s.padTop, s.inHeight, inY)) continue;
      for (std::size_t column = 0; column < s.kernelWidth; ++column) {
        std::size_t inX = 0;
        if (!inputAt(x, s.stride, column, s.padLeft, s.inWidth, inX)) continue;
        const double* from = input.data() + ((image * s.inHeight + inY) * s.inWidth + inX) * s.inChannels;
        for (std::size_t channel = 0; channel < s.inChannels; ++channel) {
          const std::size_t group = channel / inPerGroup;
          const std::size_t k = (row * s.kernelWidth + column) * inPerGroup + channel % inPerGroup;
          const float* weights = transposed.data() + (group * depth + k) * perGroup;
          const double value = from[channel];
          double* to = sums + group * perGroup;
          for (std::size_t out = 0; out < perGroup; ++out) to[out] += value * static_cast<double>(weights[out]);
        }
      }
    }
  });
  return output;
}

DoubleTensor windowPool(const Operator& op, const Shape& in, const DoubleTensor& input, std::size_t batch, ThreadPool& team) {
  const std::size_t channels = op.output.channels;
  const std::size_t pixels = op.output.height * op.output.width;
  const bool isMaximum = op.kind == OperatorKind::maxPool;
  DoubleTensor output(batch * pixels * channels);
  forEach(team, batch * pixels, [&](std::size_t index) {
    const std::size_t y = index % pixels / op.output.width;
    const std::size_t x = index % op.output.width;
    for (std::size_t channel = 0; channel < channels; ++channel) {
      double result = isMaximum ? -HUGE_VAL : 0.0;
      for (std::size_t i = 0; i < op.kernelHeight; ++i) {
        for (std::size_t j = 0; j < op.kernelWidth; ++j) {
          std::size_t inY = 0;
          std::size_t inX = 0;
          if (!inputAt(y, op.stride, i, op.padTop, in.height, inY)) continue;
          if (!inputAt(x, op.stride, j, op.padLeft, in.width, inX)) continue;
          const double value = input[((index / pixels * in.height + inY) * in.width + inX) * channels + channel];
          result = isMaximum ? std::max(result, value) : result + value;
        }
      }
      output[index * channels + channel] =
          isMaximum ? result : result / static_cast<double>(op.kernelHeight * op.kernelWidth);
    }
  });
  return output;
}

DoubleTensor globalAverage(const Shape& in, const DoubleTensor& input, std::size_t batch) {
  const std::size_t pixels = in.height * in.width;
  DoubleTensor output(batch * in.channels, 0.0);
  for (std::size_t index = 0; index < batch * pixels; ++index) {
    for (std::size_t channel = 0; channel < in.channels; ++channel) {
      output[index / pixels * in.channels + channel] += input[index * in.channels + channel] / static_cast<double>(pixels);
    }
  }
  return output;
}

DoubleTensor blur(const Operator& op, const Shape& in, const DoubleTensor& input, std::size_t batch, ThreadPool& team) {
  const std::size_t channels = in.channels;
  const std::size_t pixels = op.output.height * op.output.width;
  const auto reflected = [](std::size_t center, std::size_t tap, std::size_t length) -> std::size_t {
    if (length == 1) return 0;
    if (center + tap == 0) return 1;  // one before the first
    const std::size_t position = center + tap - 1;
    return position >= length ? 2 * (length - 1) - position : position;
  };
  constexpr double filter[3] = {0.25, 0.5, 0.25};
  DoubleTensor output(batch * pixels * channels, 0.0);
  forEach(team, batch * pixels, [&](std::size_t index) {
    const std::size_t y = index % pixels / op.output.width * 2;
    const std::size_t x = index % op.output.width * 2;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        const std::size_t from = (index / pixels * in.height + reflected(y, i, in.height)) * in.width + reflected(x, j, in.width);
        for (std::size_t channel = 0; channel < channels; ++channel) {
          output[index * channels + channel] += filter[i] * filter[j] * input[from * channels + channel];
        }
      }
    }
  });
  return output;
}

DoubleTensor layerNorm(const Operator& op, const Parameters& p, const DoubleTensor& input, ThreadPool& team) {
  const std::size_t channels = op.output.channels;
  const double count = static_cast<double>(channels);
  DoubleTensor output(input.size());
  forEach(team, input.size() / channels, [&](std::size_t pixel) {
    const double* from = input.data() + pixel * channels;
    double mean = 0;
    for (std::size_t c = 0; c < channels; ++c) mean += from[c] / count;
    double variance = 0;
    for (std::size_t c = 0; c < channels; ++c) variance += (from[c] - mean) * (from[c] - mean) / count;
    for (std::size_t c = 0; c < channels; ++c) {
      output[pixel * channels + c] = (from[c] - mean) / std::sqrt(variance + static_cast<double>(op.epsilon)) *
                                         static_cast<double>(p.weights[c]) +
                                     static_cast<double>(p.biases[c]);
    }
  });
  return output;
}

double rounded(double value, DataType dtype) {
  return dtype == DataType::bf16 ? static_cast<double>(Bf16(static_cast<float>(value))) : value;
}

DoubleTensor squeezeExcite(const Operator& op, const Parameters& p, const DoubleTensor& input, std::size_t batch, DataType gates) {
  const std::size_t channels = op.output.channels;
  const std::size_t squeeze = op.squeezeChannels;
  const std::size_t pixels = op.output.height * op.output.width;
  DoubleTensor pooled = globalAverage(op.output, input, batch);
  for (double& mean : pooled) mean = rounded(mean, gates);
  DoubleTensor output(input.size());
  for (std::size_t image = 0; image < batch; ++image) {
    std::vector<double> hidden(squeeze);
    for (std::size_t o = 0; o < squeeze; ++o) {
      double sum = p.biases[o];
      for (std::size_t c = 0; c < channels; ++c) {
        sum += pooled[image * channels + c] * static_cast<double>(p.weights[o * channels + c]);
      }
      hidden[o] = rounded(activated(op.function, sum), gates);
    }
    for (std::size_t c = 0; c < channels; ++c) {
      double sum = p.secondBiases[c];
      for (std::size_t o = 0; o < squeeze; ++o) sum += hidden[o] * static_cast<double>(p.secondWeights[c * squeeze + o]);
      const double gate = rounded(activated(op.gate, sum), gates);
      for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
        const std::size_t at = (image * pixels + pixel) * channels + c;
        output[at] = input[at] * gate;
      }
    }
  }
  return output;
}

DoubleTensor concatenate(const Shape& left, const Shape& right, const DoubleTensor& a, const DoubleTensor& b) {
  DoubleTensor output;
  output.reserve(a.size() + b.size());
  for (std::size_t pixel = 0; pixel * left.channels < a.size(); ++pixel) {
    const auto append = [&](const DoubleTensor& from, std::size_t channels) {
      const auto begin = from.begin() + static_cast<std::ptrdiff_t>(pixel * channels);
      output.insert(output.end(), begin, begin + static_cast<std::ptrdiff_t>(channels));
    };
    append(a, left.channels);
    append(b, right.channels);
  }
  return output;
}

}  // namespace

DoubleTensor referenceOperator(const Graph& graph, const Operator& op, const std::vector<const DoubleTensor*>& inputs,
                               const ReferenceOptions& options, ThreadPool& team) {
  if (op.kind == OperatorKind::input) throw ProtocolError("internal", "The input has no reference.");
  const std::size_t batch = options.batch;
  const Parameters p = drawParameters(graph, op, options.seed, options.dtype);
  const DoubleTensor& input = *inputs[0];
  const Shape& in = graph.at(op.inputs[0]).output;
  switch (op.kind) {
    case OperatorKind::input:
      break;
    case OperatorKind::conv2d:
    case OperatorKind::linear:
      return convolution(convShapeOf(graph, op, batch), p, input, team);
    case OperatorKind::maxPool:
    case OperatorKind::averagePool:
      return windowPool(op, in, input, batch, team);
    case OperatorKind::globalAveragePool:
      return globalAverage(in, input, batch);
    case OperatorKind::blurPool:
      return blur(op, in, input, batch, team);
    case OperatorKind::activation: {
      DoubleTensor output = input;
      for (double& value : output) value = activated(op.function, value);
      return output;
    }
    case OperatorKind::add: {
      DoubleTensor output = input;
      for (std::size_t i = 0; i < output.size(); ++i) output[i] += (*inputs[1])[i];
      return output;
    }
    case OperatorKind::concat:
      return concatenate(in, graph.at(op.inputs[1]).output, input, *inputs[1]);
    case OperatorKind::layerNorm:
      return layerNorm(op, p, input, team);
    case OperatorKind::squeezeExcite:
      return squeezeExcite(op, p, input, batch, options.gates);
  }
  return {};
}

}  // namespace plimsoll
