# Libtorch::libtorch: torch's C++ libraries, from a pip wheel or an unpacked libtorch archive.
#
# torch's own package file is not used: on the CUDA wheels from pip it fails, because these hold no
# unversioned links to the CUDA libraries. Everything is linked by its full path instead.
#
# Looked for in this order (a folder with include/ and lib/):
#   SPURIOUS_NATIVE_LIBTORCH   CMake variable, then environment
#   LIBTORCH                   environment
#   the torch package of the active Python (looked up, not imported)
#
# Sets Libtorch_ROOT, Libtorch_HOW, Libtorch_VERSION, Libtorch_RPATH (a list) and Libtorch_CUDA
# (whether the CUDA sources are built).

set(Libtorch_OLDEST 2.11)
set(Libtorch_NEWEST 2.14)

# --- where ---------------------------------------------------------------------------------------

function(_libtorch_ask_python root_variable python_variable)
  set(${root_variable} "" PARENT_SCOPE)
  foreach(name python3 python)
    find_program(python_${name} ${name} NO_CACHE)
    if(python_${name})
      execute_process(
        COMMAND "${python_${name}}" -c
          "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
        OUTPUT_VARIABLE root OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
      if(status EQUAL 0)
        set(${root_variable} "${root}" PARENT_SCOPE)
        set(${python_variable} "${python_${name}}" PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()
endfunction()

set(_libtorch_looked "")
set(Libtorch_ROOT "")
if(SPURIOUS_NATIVE_LIBTORCH)
  set(Libtorch_ROOT "${SPURIOUS_NATIVE_LIBTORCH}")
  set(Libtorch_HOW "CMake variable SPURIOUS_NATIVE_LIBTORCH")
else()
  foreach(_name SPURIOUS_NATIVE_LIBTORCH LIBTORCH)
    if(NOT Libtorch_ROOT AND NOT "$ENV{${_name}}" STREQUAL "")
      set(Libtorch_ROOT "$ENV{${_name}}")
      set(Libtorch_HOW "environment variable ${_name}")
    elseif(NOT Libtorch_ROOT)
      string(APPEND _libtorch_looked "\n    environment variable ${_name}: not set")
    endif()
  endforeach()
  if(NOT Libtorch_ROOT)
    _libtorch_ask_python(Libtorch_ROOT _libtorch_python)
    set(Libtorch_HOW "torch package of ${_libtorch_python}")
    if(NOT Libtorch_ROOT AND _libtorch_python)
      string(APPEND _libtorch_looked "\n    ${_libtorch_python}: has no torch package")
    elseif(NOT Libtorch_ROOT)
      string(APPEND _libtorch_looked "\n    python3, python: not on PATH")
    endif()
  endif()
endif()

set(_libtorch_advice
  "  set:      SPURIOUS_NATIVE_LIBTORCH to a folder that holds include/ and lib/ of torch ${Libtorch_OLDEST} to ${Libtorch_NEWEST}\n"
  "  example:  cmake -S . -B build/core -DSPURIOUS_NATIVE_LIBTORCH=/path/to/site-packages/torch")

if(NOT Libtorch_ROOT)
  message(FATAL_ERROR "No libtorch was found.\n  looked at:${_libtorch_looked}\n" ${_libtorch_advice})
endif()
get_filename_component(Libtorch_ROOT "${Libtorch_ROOT}" ABSOLUTE)
set(_libtorch_lib "${Libtorch_ROOT}/lib")
set(_libtorch_so "${CMAKE_SHARED_LIBRARY_SUFFIX}")
foreach(_file include/torch/script.h lib/libtorch${_libtorch_so} lib/libtorch_cpu${_libtorch_so}
    lib/libc10${_libtorch_so})
  if(NOT EXISTS "${Libtorch_ROOT}/${_file}")
    message(FATAL_ERROR
      "This is no libtorch: ${Libtorch_ROOT}: expected the file ${_file}, found none.\n"
      "  named by: ${Libtorch_HOW}\n" ${_libtorch_advice})
  endif()
endforeach()

# --- which version -------------------------------------------------------------------------------

set(Libtorch_VERSION "")
foreach(_header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
  if(NOT Libtorch_VERSION AND EXISTS "${Libtorch_ROOT}/include/${_header}")
    file(STRINGS "${Libtorch_ROOT}/include/${_header}" _lines
      REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
    if(_lines MATCHES "MAJOR +([0-9]+).*MINOR +([0-9]+).*PATCH +([0-9]+)")
      set(Libtorch_VERSION "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3}")
    endif()
  endif()
endforeach()
if(NOT Libtorch_VERSION)
  message(FATAL_ERROR
    "The version of libtorch cannot be told: ${Libtorch_ROOT}: expected TORCH_VERSION_MAJOR in "
    "include/torch/headeronly/version.h.\n  named by: ${Libtorch_HOW}\n" ${_libtorch_advice})
endif()
string(REGEX MATCH "^[0-9]+\\.[0-9]+" _libtorch_minor "${Libtorch_VERSION}")
if(_libtorch_minor VERSION_LESS Libtorch_OLDEST OR _libtorch_minor VERSION_GREATER Libtorch_NEWEST)
  message(FATAL_ERROR
    "This libtorch cannot be used: ${Libtorch_ROOT}: expected version ${Libtorch_OLDEST} to "
    "${Libtorch_NEWEST}, got ${Libtorch_VERSION}.\n"
    "  named by: ${Libtorch_HOW}\n" ${_libtorch_advice})
endif()

# --- imported target -----------------------------------------------------------------------------

set(_libtorch_includes "${Libtorch_ROOT}/include" "${Libtorch_ROOT}/include/torch/csrc/api/include")
set(_libtorch_libraries "${_libtorch_lib}/libtorch${_libtorch_so}"
  "${_libtorch_lib}/libtorch_cpu${_libtorch_so}" "${_libtorch_lib}/libc10${_libtorch_so}")
set(Libtorch_RPATH "${_libtorch_lib}")

set(Libtorch_CUDA FALSE)
include(LibtorchCuda)

# libstdc++'s two ABIs: torch's wheels use the new one since 2.6, other builds may not.
set(_libtorch_definitions "")
if(NOT APPLE)
  file(STRINGS "${_libtorch_lib}/libc10${_libtorch_so}" _new_abi REGEX "7__cxx11" LIMIT_COUNT 1)
  if(_new_abi)
    set(_libtorch_definitions _GLIBCXX_USE_CXX11_ABI=1)
  else()
    set(_libtorch_definitions _GLIBCXX_USE_CXX11_ABI=0)
  endif()
endif()

if(NOT TARGET Libtorch::libtorch)
  add_library(Libtorch::libtorch INTERFACE IMPORTED)
  set_target_properties(Libtorch::libtorch PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${_libtorch_includes}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_libtorch_includes}"
    INTERFACE_COMPILE_DEFINITIONS "${_libtorch_definitions}"
    INTERFACE_LINK_LIBRARIES "${_libtorch_libraries}")
endif()
set(Libtorch_FOUND TRUE)
message(STATUS "libtorch ${Libtorch_VERSION} in ${Libtorch_ROOT} (${Libtorch_HOW})")
