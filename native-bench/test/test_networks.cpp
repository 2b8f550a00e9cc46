#include "test_networks.h"

#include <algorithm>

#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"

using nlohmann::json;
using namespace plimsoll;

namespace test {
namespace {

int windowed(int length, int kernel, int stride, int pad) { return (length + 2 * pad - kernel) / stride + 1; }

json paddingOf(int pad) { return {{"top", pad}, {"left", pad}, {"bottom", pad}, {"right", pad}}; }

}  // namespace

GraphText::GraphText(int height, int width, int channels)
    : graph_({{"name", "test"}, {"inputBound", 1.7}, {"blocks", json::array()}, {"operators", json::array()}}) {
  block("stem");
  append({{"kind", "input"}, {"inputs", json::array()}}, height, width, channels);
}

int GraphText::block(const std::string& kind) {
  graph_["blocks"].push_back({{"name", kind}, {"kind", kind}});
  return static_cast<int>(graph_["blocks"].size()) - 1;
}

int GraphText::append(json op, int height, int width, int channels) {
  const int id = static_cast<int>(graph_["operators"].size());
  op["id"] = id;
  op["name"] = "op" + std::to_string(id);
  op["block"] = graph_["blocks"].size() - 1;
  op["output"] = {{"height", height}, {"width", width}, {"channels", channels}};
  op["parameterBounds"] = {{"weights", 0.3}, {"biases", 0.2}, {"secondWeights", 0.4}, {"secondBiases", 0.2}};
  graph_["operators"].push_back(std::move(op));
  return id;
}

int GraphText::conv(int input, int outChannels, int kernelSize, int stride, int groups, int pad) {
  const json in = output(input);
  return append({{"kind", "conv2d"}, {"inputs", {input}}, {"inChannels", in["channels"]}, {"outChannels", outChannels},
                 {"kernelHeight", kernelSize}, {"kernelWidth", kernelSize}, {"stride", stride}, {"padding", paddingOf(pad)},
                 {"groups", groups}, {"bias", false}, {"batchNorm", true}, {"layerScale", false}},
                windowed(in["height"], kernelSize, stride, pad), windowed(in["width"], kernelSize, stride, pad), outChannels);
}

int GraphText::linear(int input, int outFeatures) {
  const json in = output(input);
  const int features = in["height"].get<int>() * in["width"].get<int>() * in["channels"].get<int>();
  return append({{"kind", "linear"}, {"inputs", {input}}, {"inFeatures", features}, {"outFeatures", outFeatures}, {"bias", true}},
                1, 1, outFeatures);
}

int GraphText::pool(const std::string& kind, int input, int kernelSize, int stride, int pad) {
  const json in = output(input);
  return append({{"kind", kind}, {"inputs", {input}}, {"kernelSize", kernelSize}, {"stride", stride}, {"padding", paddingOf(pad)}},
                windowed(in["height"], kernelSize, stride, pad), windowed(in["width"], kernelSize, stride, pad), in["channels"]);
}

int GraphText::squeezeExcite(int input, int squeezeChannels, const std::string& inner, const std::string& gate) {
  const json in = output(input);
  return append({{"kind", "squeezeExcite"}, {"inputs", {input}}, {"squeezeChannels", squeezeChannels}, {"innerActivation", inner}, {"gate", gate}},
                in["height"], in["width"], in["channels"]);
}

int GraphText::activation(int input, const std::string& function) {
  const json in = output(input);
  return append({{"kind", "activation"}, {"inputs", {input}}, {"function", function}}, in["height"], in["width"], in["channels"]);
}

int GraphText::simple(const std::string& kind, const std::vector<int>& inputs) {
  const json in = output(inputs[0]);
  int height = in["height"];
  int width = in["width"];
  int channels = in["channels"];
  if (kind == "globalAveragePool") height = width = 1;
  if (kind == "blurPool") {
    height = (height + 1) / 2;
    width = (width + 1) / 2;
  }
  if (kind == "concat") channels += output(inputs[1])["channels"].get<int>();
  return append({{"kind", kind}, {"inputs", inputs}, {"epsilon", 1e-6}}, height, width, channels);
}

Graph GraphText::parse() const { return parseGraph(Json::parse(graph_.dump())); }

std::vector<PlannedKernel> planOf(const std::vector<std::vector<int>>& groups, const std::vector<bool>& fused, int fusedBlock) {
  std::vector<PlannedKernel> plan;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const bool isFused = i < fused.size() && fused[i];
    plan.push_back({"k" + std::to_string(i), isFused ? fusedBlock : 0, groups[i], isFused});
  }
  return plan;
}

std::vector<const KernelSet*> testedKernelSets() {
  std::vector<const KernelSet*> sets = usableKernelSets(cpuInfo().instructionSets);
  sets.push_back(&emulatedAmxKernels());
  sets.push_back(&emulatedPairKernels());
  return sets;
}

bool agrees(const Verification& verification) {
  return std::all_of(verification.kernels.begin(), verification.kernels.end(), [](const KernelCheck& check) { return check.passed; });
}

std::vector<Runnable> runnables() {
  std::vector<Runnable> all;
  for (const KernelSet* kernels : testedKernelSets()) {
    const std::string name = kernels->name;
    if (kernels->fp32 != nullptr) all.push_back({name + " fp32", kernels, DataType::fp32, 1e-3});
    all.push_back({name + " bf16", kernels, DataType::bf16, 0.1});
  }
  return all;
}

Ran run(const GraphText& graph, const std::vector<PlannedKernel>& plan, const KernelSet& kernels, int threads, std::size_t batch,
        DataType dtype, const decltype(NetworkOptions::choose)& choose) {
  NetworkOptions options;
  options.batch = batch;
  options.threads = threads;
  options.kernels = &kernels;
  options.dtype = dtype;
  options.choose = choose;
  const Cancellation never;
  Network network(graph.parse(), plan, options, never);
  Ran result{verify(network, never, [](double) {}), {}};
  // A whole pass, behind the one that went kernel by kernel.
  network.run();
  result.output = network.readTensor(network.kernels().back().output);
  return result;
}

}  // namespace test
