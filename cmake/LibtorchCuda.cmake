# The CUDA half of FindLibtorch: whether the torch found is a CUDA build, where the CUDA headers
# and libraries are, and whether the CUDA sources are built (Libtorch_CUDA).
#
# Headers come from the nvidia wheels beside torch or from a toolkit (CUDA_HOME, /usr/local/cuda);
# no compiler for device code is needed. Libraries come from the wheels first: these are the ones
# that torch itself loads, and one process must not hold two.

set(_cuda_required "${SPURIOUS_NATIVE_CUDA}")
if(_cuda_required STREQUAL "OFF")
  return()
endif()
if(NOT EXISTS "${_libtorch_lib}/libtorch_cuda${_libtorch_so}")
  if(_cuda_required STREQUAL "ON")
    message(FATAL_ERROR
      "SPURIOUS_NATIVE_CUDA is ON, but this libtorch is a CPU build: ${Libtorch_ROOT}: expected "
      "lib/libtorch_cuda${_libtorch_so}, found none.\n"
      "  set:      SPURIOUS_NATIVE_LIBTORCH to the folder of a CUDA build of torch")
  endif()
  return()
endif()

# The CUDA version torch was built with, for choosing a toolkit of the same major version.
set(_cuda_version "")
if(EXISTS "${Libtorch_ROOT}/version.py")
  file(STRINGS "${Libtorch_ROOT}/version.py" _line REGEX "^cuda.*= *'[0-9.]+'")
  string(REGEX MATCH "[0-9]+\\.[0-9]+" _cuda_version "${_line}")
endif()
string(REGEX MATCH "^[0-9]+" _cuda_major "${_cuda_version}")

get_filename_component(_site_packages "${Libtorch_ROOT}" DIRECTORY)
file(GLOB _wheel_includes "${_site_packages}/nvidia/cu[0-9]*/include"
  "${_site_packages}/nvidia/*/include")
file(GLOB _wheel_libs "${_site_packages}/nvidia/cu[0-9]*/lib" "${_site_packages}/nvidia/*/lib")
set(_toolkits "")
foreach(_toolkit "$ENV{CUDA_HOME}" "$ENV{CUDA_PATH}" "/usr/local/cuda-${_cuda_version}"
    /usr/local/cuda)
  if(_toolkit AND EXISTS "${_toolkit}/include")
    list(APPEND _toolkits "${_toolkit}")
  endif()
endforeach()

# One folder may not hold all headers (the wheels split them into packages), so each is looked for
# by itself and the folders are put together in their order.
set(_cuda_candidates ${SPURIOUS_NATIVE_CUDA_INCLUDE} ${_wheel_includes})
foreach(_toolkit IN LISTS _toolkits)
  list(APPEND _cuda_candidates "${_toolkit}/include")
endforeach()
set(_cuda_packages
  cuda_runtime_api.h=nvidia-cuda-runtime
  crt/host_defines.h=nvidia-cuda-crt
  cublas_v2.h=nvidia-cublas
  cusolverDn.h=nvidia-cusolver
  cusparse.h=nvidia-cusparse)
set(_cuda_includes "")
set(_cuda_missing "")
foreach(_pair IN LISTS _cuda_packages)
  string(REPLACE "=" ";" _pair "${_pair}")
  list(GET _pair 0 _header)
  list(GET _pair 1 _package)
  set(_found "")
  foreach(_folder IN LISTS _cuda_candidates)
    if(NOT _found AND EXISTS "${_folder}/${_header}")
      set(_found "${_folder}")
    endif()
  endforeach()
  if(_found)
    list(APPEND _cuda_includes "${_found}")
  else()
    list(APPEND _cuda_missing "${_header} (package ${_package})")
  endif()
endforeach()
list(REMOVE_DUPLICATES _cuda_includes)

# The libraries are versioned and have no plain name; the newest of a folder is taken.
set(_cuda_libraries "")
set(_cuda_rpath "")
foreach(_name cudart cusolver)
  set(_found "")
  set(_folders ${_wheel_libs})
  foreach(_toolkit IN LISTS _toolkits)
    list(APPEND _folders "${_toolkit}/lib64")
  endforeach()
  foreach(_folder IN LISTS _folders)
    if(NOT _found)
      file(GLOB _matches "${_folder}/lib${_name}.so.[0-9]*")
      if(_matches)
        list(SORT _matches COMPARE NATURAL)
        list(GET _matches 0 _found)
        list(APPEND _cuda_rpath "${_folder}")
      endif()
    endif()
  endforeach()
  if(_found)
    list(APPEND _cuda_libraries "${_found}")
  else()
    list(APPEND _cuda_missing "lib${_name}.so (package nvidia-${_name})")
  endif()
endforeach()

if(_cuda_missing)
  list(JOIN _cuda_missing ", " _missing_text)
  list(JOIN _cuda_candidates "\n    " _looked_text)
  set(_cuda_text
    "torch in ${Libtorch_ROOT} is a CUDA ${_cuda_version} build, but parts of CUDA are missing: ${_missing_text}.\n"
    "  looked in:\n    ${_looked_text}\n"
    "  set:      CUDA_HOME to a CUDA ${_cuda_major} toolkit, or SPURIOUS_NATIVE_CUDA_INCLUDE to the headers' folder\n"
    "  example:  python3 -m pip install nvidia-cuda-crt   (beside torch; the packages are named above)")
  if(_cuda_required STREQUAL "ON")
    message(FATAL_ERROR ${_cuda_text})
  endif()
  message(WARNING ${_cuda_text} "\nThe CUDA sources are left out: this build runs on the CPU only.")
  return()
endif()

# The linker would drop libtorch_cuda: nothing refers to it by symbol, it registers itself when
# loaded.
list(APPEND _libtorch_includes ${_cuda_includes})
list(APPEND _libtorch_libraries
  "-Wl,--no-as-needed,${_libtorch_lib}/libtorch_cuda${_libtorch_so},--as-needed"
  "${_libtorch_lib}/libc10_cuda${_libtorch_so}" ${_cuda_libraries})
list(APPEND Libtorch_RPATH ${_cuda_rpath})
list(REMOVE_DUPLICATES Libtorch_RPATH)
set(Libtorch_CUDA TRUE)
message(STATUS "CUDA ${_cuda_version} sources are built; headers in ${_cuda_includes}")
