#include "network/planner.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plimsoll {
namespace {

// Instructions of each activation in kernels/vector/vector.inc, a division counted as the eight that take as long. Minima and maxima
// are free: they are done while the sums are in registers.
double instructionsOf(Activation a) {
  switch (a) {
    case Activation::none:
    case Activation::relu:
    case Activation::relu6: return 0;
    case Activation::hardSwish: return 5;
    case Activation::hardSigmoid: return 4;
    case Activation::silu:
    case Activation::sigmoid: return 28;
    case Activation::gelu: return 42;
  }
  return 0;
}
// Two passes for LayerNorm, three times three taps in pairs for BlurPool.
constexpr double normInstructions = 8;
constexpr double blurInstructions = 12;

bool isPointwise(const ConvShape& s) { return s.kernelHeight == 1 && s.kernelWidth == 1 && s.stride == 1 && s.groups == 1; }

std::size_t divideUp(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

// Adds up what a schedule does.
class Ledger {
 public:
  explicit Ledger(const MachineModel& machine) : machine_(&machine), bytes_(machine.levels.size(), 0.0) {}

  // The nearest level that holds what each member has for itself and what all share.
  std::size_t levelOf(double ownBytes, double sharedBytes) const {
    for (std::size_t i = 0; i + 1 < machine_->levels.size(); ++i) {
      const MemoryLevel& level = machine_->levels[i];
      const double members = std::ceil(static_cast<double>(machine_->threads) / level.instances);
      if (members * ownBytes + sharedBytes <= level.instanceBytes) return i;
    }
    return machine_->levels.size() - 1;
  }

  void touch(std::size_t level, double bytes) { bytes_[level] += bytes; }
  // Beyond the nearest level a line is read before it is written.
  void store(std::size_t level, double bytes) { touch(level, level == 0 ? bytes : 2 * bytes); }
  // `share` of the peak is what can multiply these.
  void multiply(double operations, double share) { arithmeticOperations_ += operations / share; }
  void pointwise(double instructions) { instructions_ += instructions; }

  void add(const Ledger& other) {
    arithmeticOperations_ += other.arithmeticOperations_;
    instructions_ += other.instructions_;
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] += other.bytes_[i];
  }

  Prediction prediction() const {
    Prediction p;
    p.arithmeticNs = arithmeticOperations_ / machine_->operationsPerSecond * 1e9;
    // The peak counts a multiply-add as two.
    p.pointwiseNs = 2 * instructions_ / machine_->vectorOperationsPerSecond * 1e9;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      const MemoryLevel& level = machine_->levels[i];
      p.levels.push_back({level.name, bytes_[i], bytes_[i] / level.bytesPerSecond * 1e9});
    }
    return p;
  }

 private:
  const MachineModel* machine_;
  std::vector<double> bytes_;
  double arithmeticOperations_ = 0;  // each as many as the peak would do meanwhile
  double instructions_ = 0;
};

// Where a layer finds its tensors, and how often it is begun.
struct LayerRun {
  std::size_t pixels = 0;
  std::size_t runs = 1;           // pieces that the pixels are computed in
  std::size_t coldLevel = 0;      // of the weights in the first run
  std::size_t weightLevel = 0;    // of their first read in each further run
  std::size_t inputLevel = 0, outputLevel = 0;
  double inputBytes = 0;
};

// Bytes of tensors and weights.
template <typename Stored>
struct Bytes {
  static constexpr double element = sizeof(Stored);
  static double weights(const ConvShape& s) { return element * static_cast<double>(s.outChannels * s.reduction()); }
  static double input(const ConvShape& s) {
    return element * static_cast<double>(s.batch * s.inHeight * s.inWidth * s.inChannels);
  }
  static double output(const ConvShape& s) { return element * static_cast<double>(s.pixels() * s.outChannels); }
};

template <typename Stored>
void addLayer(Ledger& ledger, const Kernels<Stored>& kernels, const ConvShape& s, const EpilogueOf<Stored>& e, const LayerRun& run) {
  const TileShape& tile = kernels.tile;
  const bool onTiles = kernels.usesTiles(s);
  const double pixels = static_cast<double>(run.pixels);
  const double outputs = pixels * static_cast<double>(s.outChannels);
  const double products = outputs * static_cast<double>(s.reduction());
  ledger.multiply(2 * products, static_cast<double>(kernels.operationsPerCycle(s)) / static_cast<double>(tile.peakOperationsPerCycle));
  ledger.pointwise(outputs * (instructionsOf(e.before) + instructionsOf(e.after)));
  if (s.isDepthwise()) {
    // A vector of the input for each product; the weights stay in registers.
    ledger.touch(0, Bytes<Stored>::element * products);
  } else {
    const double operand = onTiles ? Bytes<Stored>::element : static_cast<double>(kernels.gatheredBytes);
    // Each step of a tile reads its pixels and its weights.
    const std::size_t columns = std::min(tile.columns * tile.width, divideUp(s.outPerGroup(), tile.width) * tile.width);
    ledger.touch(0, operand * products * static_cast<double>(tile.rows + columns) / static_cast<double>(tile.rows * columns));
    // What is multiplied is packed, and read from there: whole windows for vectors, for tile registers each pixel of the input once.
    const std::size_t packed = onTiles ? s.stride * s.stride * s.inChannels : s.reduction() * s.groups;
    ledger.touch(0, 2 * operand * pixels * static_cast<double>(packed));
  }
  const std::size_t perPanel = tile.rows * tile.tilesPerPanel;
  const double runs = static_cast<double>(run.runs);
  const double panels = s.isDepthwise() ? 1 : std::max(1.0, std::ceil(pixels / runs / static_cast<double>(perPanel)));
  ledger.touch(run.coldLevel, Bytes<Stored>::weights(s));
  ledger.touch(run.weightLevel, (runs - 1) * Bytes<Stored>::weights(s));
  ledger.touch(ledger.levelOf(0, Bytes<Stored>::weights(s)), runs * (panels - 1) * Bytes<Stored>::weights(s));
  ledger.touch(run.inputLevel, run.inputBytes);
  ledger.store(run.outputLevel, Bytes<Stored>::element * outputs);
}

struct Candidate {
  std::vector<Segment> segments;
  Ledger ledger;
};

template <typename Stored>
class BlockPlanner {
 public:
  BlockPlanner(const BlockShapeOf<Stored>& block, const Kernels<Stored>& kernels, const MachineModel& machine)
      : block_(block), kernels_(kernels), machine_(machine) {}

  // Every way to cut the block, with every size of strip. The first ones are in one piece.
  std::vector<Candidate> all() const {
    std::vector<Candidate> candidates;
    // Each bit cuts behind a layer.
    for (unsigned cuts = 0; cuts < 1u << (block_.task.layerCount - 1); ++cuts) {
      for (Candidate& candidate : cutAt(cuts)) candidates.push_back(std::move(candidate));
    }
    return candidates;
  }

 private:
  const BlockLayerOf<Stored>& layer(std::size_t i) const { return block_.task.layers[i]; }
  const ConvShape& shape(std::size_t i) const { return layer(i).conv.shape; }
  bool isLast(std::size_t end) const { return end == block_.task.layerCount; }

  std::vector<Candidate> cutAt(unsigned cuts) const {
    std::vector<Candidate> candidates = {{{}, Ledger(machine_)}};
    std::size_t first = 0;
    for (std::size_t end = 1; end <= block_.task.layerCount; ++end) {
      const bool isCut = isLast(end) || (cuts >> (end - 1) & 1u) != 0;
      const bool mustBeCut = block_.isGated && end == block_.gatedLayer;
      if (!isCut && mustBeCut) return {};
      if (!isCut) continue;
      // What follows the layer is done in the strip.
      if (!isLast(end) && (layer(end - 1).norm.channels > 0 || layer(end - 1).joinsAndBlurs)) return {};
      std::vector<Candidate> longer;
      for (const Candidate& begun : candidates) {
        for (const Candidate& next : segmentsOf(first, end)) {
          longer.push_back(begun);
          longer.back().segments.push_back(next.segments.front());
          longer.back().ledger.add(next.ledger);
        }
      }
      candidates = std::move(longer);
      first = end;
    }
    return candidates;
  }

  std::vector<Candidate> segmentsOf(std::size_t first, std::size_t end) const {
    const bool hasShortcut = isLast(end) && block_.task.hasShortcut();
    if (end - first == 1 && !hasShortcut) return {asLayer(first)};
    std::vector<Candidate> candidates;
    const std::size_t height = shape(end - 1).outHeight;
    for (std::size_t rows = 1; rows <= height; ++rows) candidates.push_back(asStrips(first, end, rows));
    // Whole images, where they are small.
    for (std::size_t images = 2; images <= std::min<std::size_t>(shape(0).batch, 64); images *= 2) {
      candidates.push_back(asStrips(first, end, images * height));
    }
    if (!canSlice(first, end)) return candidates;
    for (std::size_t rows = 1; rows <= height; ++rows) candidates.push_back(asSlices(first, rows));
    return candidates;
  }

  // What is touched between the first read of the block's input and the sum with it, where each layer runs by itself.
  double blockBytes() const {
    double bytes = Bytes<Stored>::input(shape(0));
    for (std::size_t i = 0; i < block_.task.layerCount; ++i) bytes += Bytes<Stored>::output(shape(i));
    return bytes;
  }

  Candidate asLayer(std::size_t index) const {
    Candidate candidate{{{SegmentForm::layer, index, index + 1, 0, 0}}, Ledger(machine_)};
    Ledger& ledger = candidate.ledger;
    const ConvShape& s = shape(index);
    LayerRun run;
    run.pixels = s.pixels();
    run.runs = static_cast<std::size_t>(machine_.threads);
    run.coldLevel = ledger.levelOf(0, block_.passBytes);
    run.weightLevel = ledger.levelOf(0, Bytes<Stored>::weights(s));
    run.inputLevel = ledger.levelOf(0, Bytes<Stored>::input(s));
    run.outputLevel = ledger.levelOf(0, Bytes<Stored>::output(s));
    run.inputBytes = Bytes<Stored>::input(s);
    addLayer(ledger, kernels_, s, layer(index).conv.epilogue, run);
    addResidual(ledger, index + 1, ledger.levelOf(0, blockBytes()));
    return candidate;
  }

  void addResidual(Ledger& ledger, std::size_t end, std::size_t level) const {
    if (isLast(end) && block_.addsInput) ledger.touch(level, Bytes<Stored>::output(shape(end - 1)));
  }

  FusedTaskOf<Stored> stripTask(std::size_t first, std::size_t end, std::size_t stripRows) const {
    FusedTaskOf<Stored> task;
    task.layerCount = end - first;
    for (std::size_t i = first; i < end; ++i) task.layers[i - first] = layer(i);
    if (isLast(end)) task.shortcut = block_.task.shortcut;
    task.stripRows = stripRows;
    return task;
  }

  // Rows that each layer computes: a member that begins or ends inside an image computes its windows' halo too.
  std::vector<std::size_t> computedRows(std::size_t first, std::size_t end) const {
    const ConvShape& last = shape(end - 1);
    const std::size_t total = last.batch * last.outHeight;
    const std::size_t threads = static_cast<std::size_t>(machine_.threads);
    std::vector<std::size_t> rows(end - first, 0);
    for (std::size_t member = 0; member < threads; ++member) {
      for (std::size_t row = total * member / threads; row < total * (member + 1) / threads;) {
        const std::size_t from = row % last.outHeight;
        const std::size_t to = std::min(last.outHeight, from + total * (member + 1) / threads - row);
        addWindows(first, end, from, to, rows);
        row += to - from;
      }
    }
    return rows;
  }

  void addWindows(std::size_t first, std::size_t end, std::size_t from, std::size_t to, std::vector<std::size_t>& rows) const {
    for (std::size_t i = end; i-- > first;) {
      rows[i - first] += to - from;
      if (i == first) break;
      const ConvShape& s = shape(i);
      const auto window = [&](std::size_t stride, std::size_t size, std::size_t pad, std::size_t height) {
        to = std::min(height, std::max((to - 1) * stride + size, pad) - pad);
        from = std::min(to, std::max(from * stride, pad) - pad);
      };
      window(s.stride, s.kernelHeight, s.padTop, s.inHeight);
      if (layer(i - 1).joinsAndBlurs) window(2, 3, 1, shape(i - 1).outHeight);
    }
  }

  Candidate asStrips(std::size_t first, std::size_t end, std::size_t stripRows) const {
    Candidate candidate{{{SegmentForm::strips, first, end, stripRows, 0}}, Ledger(machine_)};
    Ledger& ledger = candidate.ledger;
    const ConvShape& last = shape(end - 1);
    const FusedTaskOf<Stored> task = stripTask(first, end, stripRows);
    const double scratchBytes = sizeof(float) * static_cast<double>(kernels_.fusedScratch(task));
    double weights = task.hasShortcut() ? Bytes<Stored>::weights(task.shortcut.shape) : 0;
    for (std::size_t i = first; i < end; ++i) weights += Bytes<Stored>::weights(shape(i));
    const std::size_t inputLevel = ledger.levelOf(0, Bytes<Stored>::input(shape(first)));
    const std::size_t outputLevel = ledger.levelOf(0, Bytes<Stored>::output(last));
    const std::size_t buffers = ledger.levelOf(scratchBytes, 0);
    const std::vector<std::size_t> rows = computedRows(first, end);
    const std::size_t stripsOfImage = divideUp(last.outHeight, std::min(stripRows, last.outHeight));
    const std::size_t imagesOfStrip = std::max<std::size_t>(1, stripRows / last.outHeight);
    LayerRun run;
    run.runs = std::max(static_cast<std::size_t>(machine_.threads), divideUp(last.batch, imagesOfStrip) * stripsOfImage);
    run.coldLevel = ledger.levelOf(0, block_.passBytes);
    run.weightLevel = ledger.levelOf(scratchBytes, weights);
    for (std::size_t i = first; i < end; ++i) {
      const ConvShape& s = shape(i);
      const bool isFirst = i == first;
      run.pixels = rows[i - first] * s.outWidth;
      run.inputLevel = isFirst ? inputLevel : buffers;
      run.inputBytes = isFirst ? Bytes<Stored>::input(s) : Bytes<Stored>::element * static_cast<double>(rows[i - first] * s.stride * s.inWidth * s.inChannels);
      run.outputLevel = i + 1 == end ? outputLevel : buffers;
      addLayer(ledger, kernels_, s, layer(i).conv.epilogue, run);
      const double results = static_cast<double>(run.pixels * s.outChannels);
      if (layer(i).norm.channels > 0) {
        ledger.pointwise(normInstructions * results);
        ledger.touch(buffers, 2 * Bytes<Stored>::element * results);
      }
      if (layer(i).joinsAndBlurs) {
        const double joined = static_cast<double>(s.batch * shape(i + 1).inHeight * shape(i + 1).inWidth * shape(i + 1).inChannels);
        ledger.pointwise(blurInstructions * joined);
        ledger.touch(buffers, Bytes<Stored>::element * (results + joined));
        ledger.touch(buffers, Bytes<Stored>::input(s));
      }
    }
    // The strip has just read these rows, if it began with them.
    const std::size_t inputNear = first == 0 ? buffers : ledger.levelOf(0, blockBytes());
    if (task.hasShortcut()) {
      const ConvShape& s = task.shortcut.shape;
      run.pixels = s.pixels();
      run.inputLevel = inputNear;
      run.inputBytes = Bytes<Stored>::input(s);
      run.outputLevel = buffers;
      addLayer(ledger, kernels_, s, task.shortcut.epilogue, run);
      ledger.touch(buffers, Bytes<Stored>::output(s));
    }
    addResidual(ledger, end, inputNear);
    return candidate;
  }

  // A 1x1 layer, then a grouped one that has as many outputs as inputs in each group.
  bool canSlice(std::size_t first, std::size_t end) const {
    if (end - first != 2 || isLast(end) || !isPointwise(shape(first))) return false;
    const ConvShape& s = shape(first + 1);
    return s.groups > 1 && s.inPerGroup() == s.outPerGroup() && layer(first).norm.channels == 0 && !layer(first).joinsAndBlurs;
  }

  Candidate asSlices(std::size_t first, std::size_t stripRows) const {
    const ConvShape& wide = shape(first);
    const ConvShape& s = shape(first + 1);
    const ExpandTaskOf<Stored> task{layer(first).conv, layer(first + 1).conv, stripRows};
    const std::size_t channels = kernels_.expandSlice(task);
    Candidate candidate{{{SegmentForm::slices, first, first + 2, stripRows, channels}}, Ledger(machine_)};
    Ledger& ledger = candidate.ledger;
    const double scratchBytes = sizeof(float) * static_cast<double>(kernels_.expandScratch(task));
    const std::size_t strips = divideUp(s.outHeight, stripRows);
    const std::size_t slices = divideUp(wide.outChannels, channels);
    const std::size_t rowsOfStrip = std::min(s.inHeight, (divideUp(s.outHeight, strips) - 1) * s.stride + s.kernelHeight);
    const std::size_t inRows = std::max(s.inHeight, strips * rowsOfStrip) * s.batch;
    const double stripBytes = Bytes<Stored>::element * static_cast<double>(rowsOfStrip * wide.inWidth * wide.inChannels);
    const double sliceWeights = (Bytes<Stored>::weights(wide) + Bytes<Stored>::weights(s)) / static_cast<double>(slices);
    const std::size_t buffers = ledger.levelOf(scratchBytes, sliceWeights);
    LayerRun run;
    run.runs = s.batch * strips;
    run.coldLevel = ledger.levelOf(0, block_.passBytes);
    run.weightLevel = ledger.levelOf(scratchBytes + stripBytes, Bytes<Stored>::weights(wide) + Bytes<Stored>::weights(s));
    run.pixels = inRows * wide.inWidth;
    // The first slice brings the strip near, the others read it there.
    run.inputLevel = ledger.levelOf(scratchBytes + stripBytes, sliceWeights);
    run.inputBytes = static_cast<double>(slices) * Bytes<Stored>::element * static_cast<double>(run.pixels * wide.inChannels);
    ledger.touch(ledger.levelOf(0, Bytes<Stored>::input(wide)), Bytes<Stored>::input(wide));
    run.outputLevel = buffers;
    addLayer(ledger, kernels_, wide, layer(first).conv.epilogue, run);
    run.pixels = s.pixels();
    run.inputLevel = buffers;
    run.inputBytes = Bytes<Stored>::element * static_cast<double>(inRows * s.inWidth * s.inChannels);
    run.outputLevel = ledger.levelOf(0, Bytes<Stored>::output(s));
    addLayer(ledger, kernels_, s, layer(first + 1).conv.epilogue, run);
    return candidate;
  }

  const BlockShapeOf<Stored>& block_;
  const Kernels<Stored>& kernels_;
  const MachineModel& machine_;
};

std::string nameOf(const Segment& segment) {
  const bool isOne = segment.end - segment.first == 1;
  std::string text = isOne ? "layer " + std::to_string(segment.end)
                           : "layers " + std::to_string(segment.first + 1) + " to " + std::to_string(segment.end);
  const std::string rows = std::to_string(segment.stripRows) + (segment.stripRows == 1 ? " row" : " rows");
  if (segment.form == SegmentForm::strips) text += " in strips of " + rows;
  if (segment.form == SegmentForm::slices) {
    text += " in slices of " + std::to_string(segment.sliceChannels) + " channels and " + rows;
  }
  return text;
}

// What the predicted times of two schedules must differ by before one is called faster.
constexpr double resolution = 0.01;

// Why the block is cut as it is. `whole` is the best schedule in one piece, or null where there is none.
std::string sentenceOf(const Schedule& chosen, const Schedule* whole) {
  std::string text;
  for (const Segment& segment : chosen.segments) text += (text.empty() ? "" : ", then ") + nameOf(segment);
  if (chosen.segments.size() == 1) return text;
  if (whole == nullptr) return text + "; squeeze-and-excite needs the whole tensor before it";
  const double slower = whole->prediction.timeNs() / chosen.prediction.timeNs() - 1;
  if (slower < resolution) return text + "; strips through the whole block would save less than 1%";
  return text + "; in one piece it would take " + std::to_string(std::lround(100 * slower)) + "% longer";
}

bool isUnfused(const Schedule& schedule) {
  return std::all_of(schedule.segments.begin(), schedule.segments.end(),
                     [](const Segment& segment) { return segment.form == SegmentForm::layer; });
}

}  // namespace

MachineModel machineModel(const CpuInfo& cpu, const TileShape& tile, int threads, const std::optional<MeasuredCeilings>& ceilings) {
  // Rules of thumb, a thread's: a clock of 3 GHz, and what cores of these years read from each level.
  constexpr double clockHz = 3e9;
  struct Usual {
    const char* level;
    double bytes, bytesPerSecond;
  };
  constexpr Usual usual[] = {{"L1", 32e3, 150e9}, {"L2", 512e3, 60e9}, {"L3", 8e6, 25e9}, {"DRAM", 0, 12e9}};
  MachineModel model;
  model.threads = threads;
  const auto perCycle = static_cast<double>(tile.peakOperationsPerCycle);
  model.operationsPerSecond = ceilings ? ceilings->operationsPerSecond : threads * clockHz * perCycle;
  model.vectorOperationsPerSecond = model.operationsPerSecond * static_cast<double>(vectorOperationsPerLane * tile.width) / perCycle;
  for (const Usual& level : usual) {
    MemoryLevel known{level.level, threads * level.bytesPerSecond, level.bytes, threads};
    if (known.name == "DRAM") known.instanceBytes = std::numeric_limits<double>::infinity();
    for (const Cache& cache : cpu.caches) {
      if (cache.level != known.name) continue;
      known.instanceBytes = static_cast<double>(cache.bytes);
      known.instances = (threads + cache.sharedBy - 1) / cache.sharedBy;
    }
    if (ceilings) {
      for (const auto& [name, bytesPerSecond] : ceilings->bytesPerSecond) {
        if (name == known.name) known.bytesPerSecond = bytesPerSecond;
      }
    }
    model.levels.push_back(std::move(known));
  }
  return model;
}

template <typename Stored>
std::vector<Schedule> schedulesOf(const BlockShapeOf<Stored>& block, const Kernels<Stored>& kernels, const MachineModel& machine) {
  std::vector<Schedule> schedules;
  for (const Candidate& candidate : BlockPlanner<Stored>(block, kernels, machine).all()) {
    schedules.push_back({candidate.segments, candidate.ledger.prediction(), {}});
  }
  return schedules;
}

template std::vector<Schedule> schedulesOf(const BlockShapeOf<float>&, const Kernels<float>&, const MachineModel&);
template std::vector<Schedule> schedulesOf(const BlockShapeOf<Bf16>&, const Kernels<Bf16>&, const MachineModel&);

Schedule bestOf(const std::vector<Schedule>& schedules) {
  const Schedule* best = nullptr;
  const Schedule* whole = nullptr;
  const Schedule* unfused = nullptr;
  for (const Schedule& schedule : schedules) {
    if (best == nullptr || schedule.prediction.timeNs() < best->prediction.timeNs()) best = &schedule;
    // Those in one piece come first.
    if (schedule.segments.size() == 1) whole = best;
    if (isUnfused(schedule)) unfused = &schedule;
  }
  // Of what cannot be told apart, the simplest.
  const double limitNs = (1 + resolution) * best->prediction.timeNs();
  for (const Schedule* simpler : {unfused, whole}) {
    if (simpler != nullptr && simpler->prediction.timeNs() <= limitNs) {
      best = simpler;
      break;
    }
  }
  Schedule chosen = *best;
  chosen.sentence = sentenceOf(*best, whole);
  return chosen;
}

}  // namespace plimsoll
