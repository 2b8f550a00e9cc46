// plimsoll-native-bench: executes networks on this machine's CPU and measures them. Speaks the provider protocol on
// stdin and stdout; try it by hand:
//
//     echo '{"id":1,"method":"describe"}' | plimsoll-native-bench
#include "protocol/command_line.h"
#include "protocol/native_provider.h"

int main(int argc, char** argv) {
  return plimsoll::runProvider("plimsoll-native-bench", plimsoll::NativeProvider(), argc, argv);
}
