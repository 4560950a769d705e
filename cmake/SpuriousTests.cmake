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
