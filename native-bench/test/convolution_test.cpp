// Every form of convolution on random shapes, for every instruction set of this machine and both data types: against plain
// loops in fp64, between guard words, and bit for bit the same for every size of a team.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "check.h"
#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "network/verify.h"
#include "support/aligned_buffer.h"
#include "test_networks.h"

using namespace plimsoll;

namespace {

constexpr std::size_t guard = 64;

struct Case {
  ConvShape shape;
  Activation before, after;
  bool residual;
};

std::size_t pick(std::mt19937& random, std::initializer_list<std::size_t> values) {
  return *(values.begin() + random() % values.size());
}

Case randomCase(std::mt19937& random, int form) {
  Case c;
  ConvShape& s = c.shape;
  s.batch = 1 + random() % 2;
  s.inHeight = 1 + random() % 13;
  s.inWidth = 1 + random() % 33;
  s.stride = 1 + random() % 3;
  s.kernelHeight = pick(random, {1, 2, 3, 5, 7});
  s.kernelWidth = pick(random, {1, 2, 3, 5, 7});
  if (form == 0 && random() % 16 == 0) {  // sums longer than a slice of the depth
    s.inChannels = pick(random, {64, 96, 129, 200, 201});
    s.outChannels = pick(random, {8, 33, 48});
    s.kernelHeight = s.kernelWidth = 3;
  } else if (form == 0) {  // dense, pointwise and an image's three channels among them
    s.inChannels = pick(random, {1, 3, 8, 17, 40, 64, 200});
    s.outChannels = pick(random, {1, 5, 16, 24, 32, 33, 64, 100});
    if (random() % 3 == 0) s.kernelHeight = s.kernelWidth = 1;
  } else if (form == 1) {  // grouped, with groups of every width
    s.groups = 2 + random() % 5;
    s.inChannels = s.groups * pick(random, {1, 2, 3, 4, 5, 8, 12, 16, 17, 24, 31, 32});
    s.outChannels = s.groups * pick(random, {2, 4, 8, 12, 16, 24, 40});
  } else if (form == 3) {  // groups that tiles take several pixels of together
    s.groups = 1 + random() % 6;
    s.inChannels = s.outChannels = s.groups * pick(random, {8, 16, 32});
    s.kernelHeight = s.kernelWidth = 3;
    s.stride = 1;
  } else {  // depthwise
    s.inChannels = pick(random, {2, 4, 7, 16, 24, 33, 72, 96});
    s.groups = s.outChannels = s.inChannels;
  }
  s.padTop = random() % s.kernelHeight;
  s.padLeft = random() % s.kernelWidth;
  // Padding below and to the right is whatever the output's size makes of it.
  const auto outputs = [&](std::size_t in, std::size_t kernel, std::size_t before) {
    const std::size_t padded = in + before + random() % kernel;
    return padded < kernel ? std::size_t{1} : (padded - kernel) / s.stride + 1;
  };
  s.outHeight = outputs(s.inHeight, s.kernelHeight, s.padTop);
  s.outWidth = outputs(s.inWidth, s.kernelWidth, s.padLeft);
  const auto activation = [&] { return static_cast<Activation>(random() % 8); };
  c.before = activation();
  c.residual = random() % 2 == 0;
  c.after = c.residual ? activation() : Activation::none;
  return c;
}

double activated(Activation activation, double x) {
  switch (activation) {
    case Activation::none: return x;
    case Activation::relu: return x > 0 ? x : 0;
    case Activation::relu6: return std::clamp(x, 0.0, 6.0);
    case Activation::silu: return x / (1 + std::exp(-x));
    case Activation::hardSwish: return x * std::clamp(x + 3, 0.0, 6.0) / 6;
    case Activation::gelu: return x * std::erfc(-x * std::sqrt(0.5)) / 2;
    case Activation::sigmoid: return 1 / (1 + std::exp(-x));
    case Activation::hardSigmoid: return std::clamp(x + 3, 0.0, 6.0) / 6;
  }
  return x;
}

std::vector<double> plainConvolution(const Case& c, const std::vector<float>& input, const std::vector<float>& weights,
                                     const std::vector<float>& bias, const std::vector<float>& residual) {
  const ConvShape& s = c.shape;
  std::vector<double> output;
  for (std::size_t n = 0; n < s.batch; ++n)
    for (std::size_t y = 0; y < s.outHeight; ++y)
      for (std::size_t x = 0; x < s.outWidth; ++x)
        for (std::size_t o = 0; o < s.outChannels; ++o) {
          double sum = bias[o];
          const std::size_t group = o / s.outPerGroup();
          for (std::size_t i = 0; i < s.kernelHeight; ++i)
            for (std::size_t j = 0; j < s.kernelWidth; ++j) {
              const long inY = static_cast<long>(y * s.stride + i) - static_cast<long>(s.padTop);
              const long inX = static_cast<long>(x * s.stride + j) - static_cast<long>(s.padLeft);
              if (inY < 0 || inX < 0 || inY >= static_cast<long>(s.inHeight) || inX >= static_cast<long>(s.inWidth)) continue;
              for (std::size_t k = 0; k < s.inPerGroup(); ++k) {
                const std::size_t pixel = (n * s.inHeight + static_cast<std::size_t>(inY)) * s.inWidth + static_cast<std::size_t>(inX);
                sum += static_cast<double>(input[pixel * s.inChannels + group * s.inPerGroup() + k]) *
                       static_cast<double>(weights[((o * s.kernelHeight + i) * s.kernelWidth + j) * s.inPerGroup() + k]);
              }
            }
          double value = activated(c.before, sum);
          if (c.residual) value += residual[output.size()];
          output.push_back(activated(c.after, value));
        }
  return output;
}

// As they are kept: what the reference reads is what the kernel reads. Before and behind lie NaNs, which spoil every sum that
// they get into: padding that is read from memory does not go unnoticed.
template <typename T>
class RandomTensor {
 public:
  RandomTensor(std::mt19937& random, std::size_t count, float bound) : all_(count + 2 * guard, T(std::nanf(""))) {
    std::uniform_real_distribution<float> distribution(-bound, bound);
    for (std::size_t i = 0; i < count; ++i) all_[guard + i] = T(distribution(random));
  }
  const T* data() const { return all_.data() + guard; }
  std::vector<float> floats() const { return {all_.begin() + guard, all_.end() - guard}; }

 private:
  std::vector<T> all_;
};

std::string describe(const Case& c, const std::string& kernels) {
  const ConvShape& s = c.shape;
  std::ostringstream text;
  text << kernels << ": " << s.batch << "x" << s.inHeight << "x" << s.inWidth << "x" << s.inChannels << " -> "
       << s.outHeight << "x" << s.outWidth << "x" << s.outChannels << ", kernel " << s.kernelHeight << "x" << s.kernelWidth
       << ", stride " << s.stride << ", pad " << s.padTop << "," << s.padLeft << ", groups " << s.groups << ", activations "
       << static_cast<int>(c.before) << "," << static_cast<int>(c.after) << (c.residual ? ", residual" : "");
  return text.str();
}

template <typename Stored>
void check(const Case& c, const Kernels<Stored>& kernels, const std::string& name, std::mt19937& random) {
  constexpr DataType dtype = sizeof(Stored) == 2 ? DataType::bf16 : DataType::fp32;
  const Stored guardValue(1.2345e30f);
  const ConvShape& s = c.shape;
  const std::string what = describe(c, name);
  // Unit variance in, about unit variance out: sqrt(3) wide, and He's weights.
  const RandomTensor<Stored> input(random, s.batch * s.inHeight * s.inWidth * s.inChannels, 1.7f);
  const RandomTensor<Stored> weights(random, s.outChannels * s.reduction(), std::sqrt(3.0f / static_cast<float>(s.reduction())));
  const RandomTensor<float> bias(random, s.outChannels, 0.5f);
  const RandomTensor<Stored> residual(random, s.pixels() * s.outChannels, 1.7f);
  const std::vector<double> expected =
      plainConvolution(c, input.floats(), weights.floats(), bias.floats(), residual.floats());

  AlignedBuffer<Stored> packed(kernels.packedWeights(s));
  AlignedBuffer<float> packedBias(kernels.packedBias(s));
  kernels.pack(s, weights.floats().data(), bias.data(), packed.data(), packedBias.data());
  std::vector<float> first;
  // The last one again: the same bits whoever computes them, and whenever.
  for (const int team : {1, 2, 3, 1}) {
    std::vector<Stored> output(expected.size() + 2 * guard, guardValue);
    ConvTaskOf<Stored> task{s, input.data(), nullptr, packed.data(), output.data() + guard, {}};
    task.epilogue.bias = packedBias.data();
    task.epilogue.before = c.before;
    task.epilogue.residual = c.residual ? residual.data() : nullptr;
    task.epilogue.after = c.after;
    for (int member = 0; member < team; ++member) {
      AlignedBuffer<float> scratch(kernels.convolveScratch(s) + guard);
      // What was left in the scratch memory must not matter.
      std::fill(scratch.data(), scratch.data() + scratch.size(), std::nanf(""));
      std::fill(scratch.data() + scratch.size() - guard, scratch.data() + scratch.size(), 1.2345e30f);
      kernels.convolve(task, {member, team, scratch.data()});
      for (std::size_t i = 0; i < guard; ++i) CHECK(scratch[scratch.size() - 1 - i] == 1.2345e30f, what);
    }
    const std::vector<float> result(output.begin(), output.end());
    for (std::size_t i = 0; i < guard; ++i) {
      CHECK(result[i] == guardValue && result[result.size() - 1 - i] == guardValue, what);
    }
    if (first.empty()) first = result;
    CHECK(std::memcmp(first.data(), result.data(), result.size() * sizeof(float)) == 0, what << ", team of " << team);
  }
  double errors = 0;
  double squares = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double error = static_cast<double>(first[guard + i]) - expected[i];
    errors += error * error;
    squares += expected[i] * expected[i];
  }
  const double relative = squares > 0 ? std::sqrt(errors / squares) : std::sqrt(errors);
  CHECK(relative <= toleranceFor(dtype, s.reduction()), what << ": relative error " << relative);
}

}  // namespace

void testConvolution() {
  std::mt19937 random(20);
  for (const KernelSet* set : test::testedKernelSets()) {
    const std::string name = set->name;
    for (int index = 0; index < 1000; ++index) {
      if (set->fp32 != nullptr) check(randomCase(random, index % 4), *set->fp32, name + " fp32", random);
      check(randomCase(random, index % 4), *set->bf16, name + " bf16", random);
    }
  }
}
