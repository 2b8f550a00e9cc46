#include "network/verify.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "network/reference.h"

namespace plimsoll {
namespace {

// A result may be off by this many times the tolerance in one element: of 10^8 errors that are spread normally none is six
// deviations away.
constexpr double largestDeviation = 16;

DoubleTensor toDouble(const std::vector<float>& values) { return {values.begin(), values.end()}; }

// Terms that one element of the result sums; those of squeeze-and-excite's pool weigh less and are shorter than 2^16.
std::size_t sumLength(const Graph& graph, const Operator& op) {
  const Shape in = op.inputs.empty() ? Shape{} : graph.at(op.inputs[0]).output;
  switch (op.kind) {
    case OperatorKind::conv2d:
    case OperatorKind::linear:
      return convShapeOf(graph, op, 1).reduction();
    case OperatorKind::globalAveragePool:
      return in.height * in.width;
    case OperatorKind::squeezeExcite:
      return std::max(in.height * in.width, in.channels);
    case OperatorKind::layerNorm:
      return in.channels;
    case OperatorKind::averagePool:
      return op.kernelHeight * op.kernelWidth;
    default:
      return 1;
  }
}

DoubleTensor referenceOf(Executable& network, const PreparedKernel& kernel) {
  const Graph& graph = network.graph();
  const ReferenceOptions options = {network.batch(), network.seed(), network.dtype(), network.gates()};
  std::map<int, DoubleTensor> known;
  for (const int id : kernel.inputs) known[id] = toDouble(network.readTensor(id));
  for (const int id : kernel.plan.operators) {
    const Operator& op = graph.at(id);
    std::vector<const DoubleTensor*> inputs;
    for (const int input : op.inputs) inputs.push_back(&known.at(input));
    known[id] = referenceOperator(graph, op, inputs, options, network.team());
  }
  return std::move(known.at(kernel.output));
}

// What five roundings to bf16 leave, the square root of 5 times 0.0017, is near the tolerance, and of few values it scatters. A rounding error e
// is spread evenly over a step: with E e^2 = a^2/3 and E e^4 = a^4/5, where a is half of the step, the variance of e^2 is 4/5 of (E e^2)^2. The mean
// of n such squares scatters by sqrt(4/5 / n) of itself, and its root by half of that, 0.45 / sqrt(n): what is allowed here are 2.2 of these
// standard deviations. With n = 1 it is twice the tolerance, and the error of one rounding is at most sqrt(3) times its root mean square.
double scatterOf(DataType dtype, std::size_t values) {
  return dtype == DataType::bf16 ? 1 + 1 / std::sqrt(static_cast<double>(values)) : 1;
}

KernelCheck compare(const Executable& network, const PreparedKernel& kernel, const DoubleTensor& reference) {
  std::size_t longest = 1;
  for (const int id : kernel.plan.operators) longest = std::max(longest, sumLength(network.graph(), network.graph().at(id)));
  const Errors errors = errorsOf(network.readTensor(kernel.output), reference);
  KernelCheck check;
  check.name = kernel.plan.name;
  check.tolerance = toleranceFor(network.dtype(), longest) * scatterOf(network.dtype(), reference.size());
  check.relativeL2Error = errors.relativeL2;
  check.maxError = errors.largest;
  // Reads as it stands: with a NaN both comparisons are false.
  check.passed = check.relativeL2Error <= check.tolerance && check.maxError <= largestDeviation * check.tolerance;
  // JSON has no infinity; a value beyond every tolerance says the same.
  const auto finite = [](double value) { return std::isfinite(value) ? value : 1e30; };
  check.relativeL2Error = finite(check.relativeL2Error);
  check.maxError = finite(check.maxError);
  return check;
}

OutputEvidence evidenceOf(const Executable& network) {
  const std::vector<float> values = network.readTensor(network.kernel(network.kernelCount() - 1).output);
  const std::size_t count = values.size();
  OutputEvidence evidence;
  double sum = 0;
  double squares = 0;
  std::size_t zeros = 0;
  for (const float value : values) {
    sum += value;
    squares += static_cast<double>(value) * value;
    zeros += value == 0.0f;
  }
  const double n = static_cast<double>(count);
  evidence.mean = sum / n;
  evidence.standardDeviation = std::sqrt(std::max(0.0, squares / n - evidence.mean * evidence.mean));
  evidence.zeroFraction = static_cast<double>(zeros) / n;
  evidence.values.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, 16)));
  return evidence;
}

}  // namespace

double toleranceFor(DataType dtype, std::size_t longestSum) {
  if (dtype == DataType::bf16) return 0.004;
  constexpr double epsilon = 0x1p-24;
  return std::max(4 * epsilon * std::sqrt(static_cast<double>(longestSum)), 1e-6);
}

Errors errorsOf(const std::vector<float>& computed, const std::vector<double>& reference) {
  double squares = 0;
  for (const double value : reference) squares += value * value;
  const double rms = std::sqrt(squares / static_cast<double>(reference.size()));
  double errorSquares = 0;
  double largest = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double error = std::abs(static_cast<double>(computed[i]) - reference[i]);
    errorSquares += error * error;
    const double relative = error / std::max(rms, std::abs(reference[i]));
    // Once a NaN it stays one.
    if (relative > largest || std::isnan(relative)) largest = relative;
  }
  return {std::sqrt(errorSquares / squares), largest};
}

Verification verify(Executable& network, const Cancellation& cancellation, const std::function<void(double)>& progress) {
  Verification result;
  result.passed = true;
  network.fillInput();
  const std::size_t count = network.kernelCount();
  for (std::size_t index = 0; index < count; ++index) {
    cancellation.throwIfRequested();
    const PreparedKernel& kernel = network.kernel(index);
    // Before it runs: a kernel may write its result over an input that nobody reads afterwards.
    const DoubleTensor reference = referenceOf(network, kernel);
    network.poisonTensor(kernel.output);
    network.runKernel(index);
    result.kernels.push_back(compare(network, kernel, reference));
    result.passed = result.passed && result.kernels.back().passed;
    progress(static_cast<double>(index + 1) / static_cast<double>(count));
  }
  result.output = evidenceOf(network);
  // An output of zeros or of one value would agree with anything.
  if (!(result.output.standardDeviation > 0) || !std::isfinite(result.output.mean)) {
    result.passed = false;
    result.output.mean = std::isfinite(result.output.mean) ? result.output.mean : 0;
    result.output.standardDeviation = 0;
    for (float& value : result.output.values) value = std::isfinite(value) ? value : 0;
  }
  return result;
}

}  // namespace plimsoll
