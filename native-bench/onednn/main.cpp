// plimsoll-onednn-bench: executes networks with Intel's oneDNN, to compare a library with our own kernels. Speaks the
// provider protocol on stdin and stdout; try it by hand:
//
//     echo '{"id":1,"method":"describe"}' | plimsoll-onednn-bench
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "cpu/cpu_info.h"
#include "onednn_provider.h"
#include "protocol/command_line.h"

#ifdef PLIMSOLL_OPENMP
#include <omp.h>
#endif

namespace {

#ifdef PLIMSOLL_OPENMP
// OpenMP binds its threads by itself, and binds those again that it ends and begins between two primitives; but it reads
// how only once, while it is being loaded. So the program says it in its environment and starts itself anew. Thread i goes
// to the CPU to which our own team's member i goes. Where somebody has settled it already, it is theirs.
void startBound(char** argv) {
  for (const char* name : {"OMP_PLACES", "OMP_PROC_BIND", "GOMP_CPU_AFFINITY", "KMP_AFFINITY"}) {
    if (std::getenv(name) != nullptr) return;
  }
  std::string places;
  for (const int cpu : plimsoll::cpuInfo().pinOrder) places += (places.empty() ? "{" : ",{") + std::to_string(cpu) + "}";
  setenv("OMP_PLACES", places.c_str(), 1);
  setenv("OMP_PROC_BIND", "close", 1);
  execv("/proc/self/exe", argv);
  // Unbound threads are slower, not wrong.
}

// Binding has left this thread one CPU; what may be used is the whole list, and cpuInfo() asks for it.
void allowAllPlaces() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (int place = 0; place < omp_get_num_places(); ++place) {
    std::vector<int> ids(static_cast<std::size_t>(omp_get_place_num_procs(place)));
    omp_get_place_proc_ids(place, ids.data());
    for (const int cpu : ids) CPU_SET(cpu, &cpus);
  }
  if (CPU_COUNT(&cpus) > 0) sched_setaffinity(0, sizeof cpus, &cpus);
}
#endif

}  // namespace

int main(int argc, char** argv) {
#ifdef PLIMSOLL_OPENMP
  allowAllPlaces();
  if (argc == 1) startBound(argv);
#endif
  return plimsoll::runProvider("plimsoll-onednn-bench", plimsoll::onednn::OnednnProvider(), argc, argv);
}
