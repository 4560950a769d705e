// What the sanitizers' build of the tests is told; nothing in any other build.
#include "test/support.h"

#ifdef SPURIOUS_HAS_ADDRESS_SANITIZER

// The sanitizers' run-time library looks these up by name in the program.
#define SPURIOUS_LOOKED_UP extern "C" __attribute__((visibility("default"), used))

// NOLINTBEGIN(bugprone-reserved-identifier)

// A request for too much memory is an error that the program handles, and there is a test for it.
SPURIOUS_LOOKED_UP const char* __asan_default_options();
SPURIOUS_LOOKED_UP const char* __asan_default_options() { return "allocator_may_return_null=1"; }

// libtorch's reader of zip archives loses some 200 bytes when it refuses one: its constructor
// throws and the destructor that would close the archive never runs
// (caffe2/serialize/inline_container.cc).
SPURIOUS_LOOKED_UP const char* __lsan_default_suppressions();
SPURIOUS_LOOKED_UP const char* __lsan_default_suppressions() { return "leak:mz_zip_reader_"; }

// NOLINTEND(bugprone-reserved-identifier)

#endif
