# The ctest suite: one program from native/test/*.cpp (it needs no Node), one ctest entry per
# *_test.cpp, so that a failure names the file and ctest -R picks one.

spurious_glob(test_sources test)
if(NOT test_sources)
  message(FATAL_ERROR "SPURIOUS_NATIVE_TESTS is on, but native/test holds no *.cpp")
endif()

add_executable(spurious_native_tests ${test_sources})
spurious_target(spurious_native_tests)
target_link_libraries(spurious_native_tests PRIVATE spurious_core)
target_include_directories(spurious_native_tests SYSTEM PRIVATE
  "${CMAKE_CURRENT_SOURCE_DIR}/native/third_party")
target_compile_definitions(spurious_native_tests PRIVATE
  SPURIOUS_FIXTURES="${CMAKE_CURRENT_SOURCE_DIR}/test/fixtures")
target_precompile_headers(spurious_native_tests REUSE_FROM spurious_core)

foreach(source IN LISTS test_sources)
  get_filename_component(name "${source}" NAME_WE)
  if(NOT name MATCHES "_test$")
    continue()
  endif()
  add_test(NAME ${name}
    COMMAND spurious_native_tests --no-colors --no-path-filenames "--source-file=*/${name}.cpp")
  # doctest calls a run without a single case a success; here it is a failure. What a machine
  # lacks (a GPU) is listed as skipped: the test prints the reason.
  set_tests_properties(${name} PROPERTIES
    FAIL_REGULAR_EXPRESSION "test cases: +0 \\|"
    SKIP_REGULAR_EXPRESSION "MESSAGE: skipped, "
    TIMEOUT 900)
endforeach()

# ThreadSanitizer sees what has threads of its own and needs no torch. libtorch and its OpenMP are not
# built for it: races that are none would be reported.
if(SPURIOUS_NATIVE_SANITIZE)
  set(threaded core/error engine/worker linalg/thread_team test/main test/support
    test/cancellation_test test/thread_team_test test/worker_test)
  list(TRANSFORM threaded PREPEND "${native}/")
  list(TRANSFORM threaded APPEND ".cpp")
  add_executable(spurious_thread_tests ${threaded})
  target_include_directories(spurious_thread_tests PRIVATE "${native}")
  target_include_directories(spurious_thread_tests SYSTEM PRIVATE "${native}/third_party")
  target_compile_features(spurious_thread_tests PRIVATE cxx_std_20)
  target_compile_definitions(spurious_thread_tests PRIVATE
    SPURIOUS_FIXTURES="${CMAKE_CURRENT_SOURCE_DIR}/test/fixtures")
  target_compile_options(spurious_thread_tests PRIVATE -fsanitize=thread -g1)
  target_link_options(spurious_thread_tests PRIVATE -fsanitize=thread)
  target_link_libraries(spurious_thread_tests PRIVATE Libtorch::libtorch Threads::Threads)
  set_target_properties(spurious_thread_tests PROPERTIES
    BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "${Libtorch_RPATH}")
  # Random addresses may lie where ThreadSanitizer has its own.
  find_program(setarch setarch)
  if(setarch)
    add_test(NAME threads COMMAND ${setarch} -R $<TARGET_FILE:spurious_thread_tests>)
  else()
    add_test(NAME threads COMMAND spurious_thread_tests)
  endif()
endif()
