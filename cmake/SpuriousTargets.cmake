# What every target of this project has in common.

find_package(Threads REQUIRED)

# spurious_glob(<variable> <folder of native/>...): the C++ sources of these folders. Files named
# cuda_*.cpp are left out where the CUDA sources are not built.
function(spurious_glob variable)
  set(patterns "")
  foreach(folder IN LISTS ARGN)
    list(APPEND patterns "${CMAKE_CURRENT_SOURCE_DIR}/native/${folder}/*.cpp")
  endforeach()
  file(GLOB found CONFIGURE_DEPENDS ${patterns})
  if(NOT Libtorch_CUDA)
    list(FILTER found EXCLUDE REGEX "/cuda_[^/]*\\.cpp$")
  endif()
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()

# spurious_target(<target>): language level, warnings, visibility, run path.
function(spurious_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD_REQUIRED ON
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    # One and the same run path in the build tree and when copied elsewhere.
    BUILD_WITH_INSTALL_RPATH ON
    INSTALL_RPATH "${Libtorch_RPATH}")
  # Warnings are errors in this project's own files; torch, doctest and Node-API are SYSTEM.
  # -fPIC for executables too: a precompiled header is only reused under equal flags.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Werror -fPIC)
  target_link_libraries(${target} PRIVATE Threads::Threads)
  if(UNIX AND NOT APPLE)
    # RPATH, not RUNPATH: LD_LIBRARY_PATH of a cluster's CUDA module must not win over the
    # libraries this was built against.
    target_link_options(${target} PRIVATE LINKER:--disable-new-dtags)
    # A static library linked into the addon keeps its symbols to itself.
    target_link_options(${target} PRIVATE LINKER:--exclude-libs,ALL)
  endif()
  if(APPLE)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "MODULE_LIBRARY")
      target_link_options(${target} PRIVATE LINKER:-undefined,dynamic_lookup)
    endif()
  endif()
  if(SPURIOUS_NATIVE_SANITIZE)
    # vptr needs type information that libtorch does not export.
    set(sanitize -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)
    target_compile_options(${target} PRIVATE ${sanitize} -fno-omit-frame-pointer -g1)
    target_link_options(${target} PRIVATE ${sanitize})
  endif()
endfunction()
