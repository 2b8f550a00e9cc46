// The planner on machines that make its choice plain.
#include <algorithm>
#include <cmath>
#include <limits>

#include "check.h"
#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "network/planner.h"
#include "test_networks.h"

using namespace plimsoll;

namespace {

constexpr double fast = 1e18;

MachineModel machineOf(int threads, double operationsPerSecond, double nearBytesPerSecond, double farBytesPerSecond) {
  return {threads,
          operationsPerSecond,
          operationsPerSecond,
          {{"L1", nearBytesPerSecond, 32e3, threads},
           {"L2", nearBytesPerSecond, 512e3, threads},
           {"L3", farBytesPerSecond, 32e6, 1},
           {"DRAM", farBytesPerSecond, std::numeric_limits<double>::infinity(), 1}}};
}

ConvShape layer(std::size_t batch, std::size_t size, std::size_t in, std::size_t out, std::size_t kernel, std::size_t groups) {
  ConvShape s;
  s.batch = batch;
  s.inHeight = s.inWidth = s.outHeight = s.outWidth = size;
  s.inChannels = in;
  s.outChannels = out;
  s.kernelHeight = s.kernelWidth = kernel;
  s.padTop = s.padLeft = kernel / 2;
  s.groups = groups;
  return s;
}

template <typename Stored = float>
BlockShapeOf<Stored> blockOf(const std::vector<ConvShape>& shapes) {
  BlockShapeOf<Stored> block;
  block.task.layerCount = shapes.size();
  for (std::size_t i = 0; i < shapes.size(); ++i) block.task.layers[i].conv.shape = shapes[i];
  return block;
}

// Of weights that lie in the L2 cache beside the strips: else it would depend on the kernels' panels what is read again.
BlockShapeOf<float> bottleneck(std::size_t batch) {
  return blockOf({layer(batch, 56, 128, 32, 1, 1), layer(batch, 56, 32, 32, 3, 1), layer(batch, 56, 32, 128, 1, 1)});
}

bool isInOnePiece(const Schedule& schedule) { return schedule.segments.size() == 1; }

double bytesOf(const Prediction& prediction) {
  double bytes = 0;
  for (const LevelCost& level : prediction.levels) bytes += level.bytes;
  return bytes;
}

// Tile registers multiply dense layers at their own peak; depthwise ones and activations are left to the vectors.
void testTileRegisters() {
  const Kernels<Bf16>& kernels = *emulatedAmxKernels().bf16;
  MachineModel machine = machineModel(cpuInfo(), kernels.tile, 1, MeasuredCeilings{1024e9, {}});
  CHECK(machine.operationsPerSecond == 1024e9 && machine.vectorOperationsPerSecond == 64e9, machine.vectorOperationsPerSecond);
  // Caches that neither tensors nor weights below fit into the nearest of.
  machine.levels = machineOf(1, 1, 1e12, 1e12).levels;
  const auto predicted = [&](const ConvShape& shape) {
    BlockShapeOf<Bf16> block = blockOf<Bf16>({shape});
    block.passBytes = 1e6;
    block.task.layers[0].conv.epilogue.before = Activation::gelu;
    return bestOf(schedulesOf(block, kernels, machine)).prediction;
  };
  const auto isAbout = [](double value, double expected) { return std::abs(value / expected - 1) < 1e-9; };
  const Prediction dense = predicted(layer(1, 16, 64, 64, 3, 1));
  CHECK(isAbout(dense.arithmeticNs, 2.0 * 256 * 64 * 64 * 9 / 1024), dense.arithmeticNs);
  CHECK(isAbout(dense.pointwiseNs, 2.0 * 256 * 64 * 42 / 64), dense.pointwiseNs);
  // A step reads 32 pixels and 32 outputs for 32 x 32 products; the input is packed once, whatever its window.
  CHECK(isAbout(dense.levels[0].bytes, 2 * (256.0 * 64 * 64 * 9 * (32 + 32) / (32 * 32) + 2 * 256 * 64)), dense.levels[0].bytes);
  const Prediction depthwise = predicted(layer(1, 16, 64, 64, 3, 64));
  CHECK(isAbout(depthwise.arithmeticNs, 2.0 * 256 * 64 * 9 / 64), depthwise.arithmeticNs);
  CHECK(isAbout(depthwise.pointwiseNs, dense.pointwiseNs), depthwise.pointwiseNs);
}

// Dot products of pairs do every convolution at twice the rate of multiply-adds but the depthwise ones, and gather what is stored.
void testDotProducts() {
  const Kernels<Bf16>& kernels = *emulatedPairKernels().bf16;
  const MachineModel machine = machineModel(cpuInfo(), kernels.tile, 1, MeasuredCeilings{200e9, {}});
  CHECK(machine.operationsPerSecond == 200e9 && machine.vectorOperationsPerSecond == 100e9, machine.vectorOperationsPerSecond);
  CHECK(kernels.gatheredBytes == 2 && genericKernels().bf16->gatheredBytes == 4);
  CHECK(kernels.operationsPerCycle(layer(1, 16, 64, 64, 3, 1)) == kernels.tile.peakOperationsPerCycle);
  CHECK(kernels.operationsPerCycle(layer(1, 16, 64, 64, 3, 8)) == kernels.tile.peakOperationsPerCycle);
  CHECK(kernels.operationsPerCycle(layer(1, 16, 64, 64, 3, 64)) * 2 == kernels.tile.peakOperationsPerCycle);
}

}  // namespace

void testPlanner() {
  testTileRegisters();
  testDotProducts();
  const Kernels<float>& kernels = *genericKernels().fp32;

  // Nothing waits for memory: strips save nothing, and the layers stay apart.
  const std::vector<Schedule> computeBound = schedulesOf(bottleneck(8), kernels, machineOf(1, 1e9, fast, fast));
  const Schedule apart = bestOf(computeBound);
  CHECK(apart.segments.size() == 3, apart.sentence);
  CHECK(apart.sentence.find("save less than 1%") != std::string::npos, apart.sentence);

  // Everything waits for the outer caches: one piece, in strips that stay in the inner ones.
  const MachineModel slowOutside = machineOf(1, fast, 1e11, 1e9);
  const Schedule whole = bestOf(schedulesOf(bottleneck(8), kernels, slowOutside));
  CHECK(isInOnePiece(whole), whole.sentence);
  FusedTaskOf<float> task = bottleneck(8).task;
  task.stripRows = whole.segments.front().stripRows;
  CHECK(kernels.fusedScratch(task) * sizeof(float) <= 512e3, whole.sentence);
  CHECK(whole.sentence == "layers 1 to 3 in strips of " + std::to_string(task.stripRows) +
                              (task.stripRows == 1 ? " row" : " rows"), whole.sentence);

  // Whatever is chosen, nothing is predicted to be more than a hundredth faster, and what crosses the block's border is counted.
  for (const MachineModel& machine : {machineOf(1, 1e11, 1e11, 1e10), machineOf(4, 1e11, 1e12, 1e9), slowOutside}) {
    const std::vector<Schedule> all = schedulesOf(bottleneck(3), kernels, machine);
    const double best = bestOf(all).prediction.timeNs();
    for (const Schedule& schedule : all) {
      CHECK(best <= 1.01 * schedule.prediction.timeNs());
      CHECK(bytesOf(schedule.prediction) >= 3 * 2 * 28 * 28 * 512 * 4.0);
      CHECK(schedule.segments.front().first == 0 && schedule.segments.back().end == 3);
    }
  }

  // Two members that begin inside an image both compute the rows of a halo; of two images each has its own.
  const auto arithmeticOfWhole = [&](std::size_t batch, int threads) {
    const std::vector<Schedule> all = schedulesOf(bottleneck(batch), kernels, machineOf(threads, 1e9, fast, fast));
    return std::find_if(all.begin(), all.end(), isInOnePiece)->prediction.arithmeticNs;
  };
  CHECK(arithmeticOfWhole(1, 2) > arithmeticOfWhole(1, 1));
  CHECK(std::abs(arithmeticOfWhole(2, 2) - 2 * arithmeticOfWhole(1, 1)) < 1);

  // Squeeze-and-excite always cuts, LayerNorm and the step down never.
  BlockShapeOf<float> gated = blockOf({layer(2, 14, 40, 240, 1, 1), layer(2, 14, 240, 240, 3, 240), layer(2, 14, 240, 40, 1, 1)});
  gated.isGated = true;
  gated.gatedLayer = 2;
  bool slices = false;
  for (const Schedule& schedule : schedulesOf(gated, kernels, slowOutside)) {
    CHECK(std::any_of(schedule.segments.begin(), schedule.segments.end(), [](const Segment& s) { return s.end == 2; }));
    slices = slices || schedule.segments.front().form == SegmentForm::slices;
  }
  CHECK(slices);
  CHECK(bestOf(schedulesOf(gated, kernels, slowOutside)).sentence.find("squeeze-and-excite") != std::string::npos);
  BlockShapeOf<float> normed = blockOf({layer(2, 14, 40, 40, 7, 40), layer(2, 14, 40, 160, 1, 1), layer(2, 14, 160, 40, 1, 1)});
  normed.task.layers[0].norm.channels = 40;
  BlockShapeOf<float> stepping = blockOf({layer(2, 14, 40, 40, 3, 5), layer(2, 7, 80, 160, 1, 1), layer(2, 7, 160, 40, 1, 1)});
  stepping.task.layers[0].joinsAndBlurs = true;
  for (const BlockShapeOf<float>& block : {normed, stepping}) {
    for (const Schedule& schedule : schedulesOf(block, kernels, slowOutside)) CHECK(schedule.segments.front().end >= 2);
  }

  // What was measured replaces the rule of thumb, level by level.
  const MachineModel told = machineModel(cpuInfo(), kernels.tile, 1, MeasuredCeilings{5e10, {{"L2", 7e10}}});
  CHECK(told.operationsPerSecond == 5e10 && told.vectorOperationsPerSecond == 5e10);
  CHECK(told.levels[1].bytesPerSecond == 7e10);
  CHECK(told.levels[0].bytesPerSecond > told.levels[3].bytesPerSecond);
  CHECK(std::isinf(told.levels[3].instanceBytes));
}
