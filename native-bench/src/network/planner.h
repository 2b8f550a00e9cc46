// How a block is run: which of its layers share a kernel, and how large the pieces are that go through them.
//
// The planner runs each candidate on a simple machine: a multiplier, a pointwise unit, and memories of a known size and
// bandwidth; a schedule is a sequence of load, multiply, pointwise and store over tiles. Nothing overlaps on this machine, so that
// its time is what a processor takes that hides nothing, and the least of it is a good choice for one that hides something.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cpu/cpu_info.h"
#include "kernels/kernel_set.h"
#include "network/prediction.h"

namespace plimsoll {

struct MemoryLevel {
  std::string name;            // L1, L2, L3 or DRAM
  double bytesPerSecond = 0;   // of the whole team
  double instanceBytes = 0;    // what one instance holds; infinite for DRAM
  int instances = 1;           // that the team uses
};

// As they were measured on this machine, for the whole team.
struct MeasuredCeilings {
  double operationsPerSecond = 0;
  std::vector<std::pair<std::string, double>> bytesPerSecond;  // by level
};

struct MachineModel {
  int threads = 1;
  double operationsPerSecond = 0;        // of the fastest products: those on tile registers, or dot products, where there are any
  double vectorOperationsPerSecond = 0;  // of multiply-adds on vectors
  std::vector<MemoryLevel> levels;  // nearest first; the last one holds everything
};

// What the ceilings leave out is set by rule of thumb: good enough to choose by, and not to predict by. So is the share of the peak
// that vectors have where it is that of tile registers or dot products: what both do in a cycle.
MachineModel machineModel(const CpuInfo& cpu, const TileShape& tile, int threads, const std::optional<MeasuredCeilings>& ceilings);

enum class SegmentForm {
  layer,   // by itself, whole tensors in and out
  strips,  // several layers, strip by strip of rows
  slices,  // a widening layer and a depthwise or grouped one, slice by slice of channels
};

// Layers [first, end) of a block that share a kernel.
struct Segment {
  SegmentForm form = SegmentForm::layer;
  std::size_t first = 0, end = 1;
  std::size_t stripRows = 0;
  std::size_t sliceChannels = 0;
};

struct Schedule {
  std::vector<Segment> segments;
  Prediction prediction;
  std::string sentence;
};

// A block as far as its schedule depends on it: the shapes of `task`, whose pointers are not looked at.
template <typename Stored>
struct BlockShapeOf {
  FusedTaskOf<Stored> task;
  bool addsInput = false;
  bool isGated = false;        // by squeeze-and-excite, which needs the whole of what it reads
  std::size_t gatedLayer = 0;
  double passBytes = 0;        // touched by one pass over the network: how far away the weights are when they are read again
};

// Every schedule that the kernels can run, with its prediction; those in one piece come first.
template <typename Stored>
std::vector<Schedule> schedulesOf(const BlockShapeOf<Stored>& block, const Kernels<Stored>& kernels, const MachineModel& machine);

// The one that the prediction gives the least time, with a sentence on it.
Schedule bestOf(const std::vector<Schedule>& schedules);

}  // namespace plimsoll
