# NodeApi::NodeApi: the headers of Node-API (C) and node-addon-api (C++).
#
# Looked for in this order:
#   CMAKE_JS_INC                   what cmake-js passes
#   SPURIOUS_NATIVE_NODE_INCLUDE   a list of include folders
#   the packages node-api-headers and node-addon-api as Node resolves them from this folder

set(NodeApi_INCLUDE_DIRS "")
if(CMAKE_JS_INC)
  set(NodeApi_INCLUDE_DIRS "${CMAKE_JS_INC}")
elseif(SPURIOUS_NATIVE_NODE_INCLUDE)
  set(NodeApi_INCLUDE_DIRS "${SPURIOUS_NATIVE_NODE_INCLUDE}")
else()
  execute_process(
    COMMAND node -p
      "[require('node-api-headers').include_dir, require('node-addon-api').include_dir].join(';')"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    OUTPUT_VARIABLE NodeApi_INCLUDE_DIRS
    OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET)
endif()

find_path(NodeApi_C_DIR node_api.h PATHS ${NodeApi_INCLUDE_DIRS} NO_DEFAULT_PATH NO_CACHE)
find_path(NodeApi_CXX_DIR napi.h PATHS ${NodeApi_INCLUDE_DIRS} NO_DEFAULT_PATH NO_CACHE)
if(NOT NodeApi_C_DIR OR NOT NodeApi_CXX_DIR)
  message(FATAL_ERROR
    "The headers of Node-API were not found: node_api.h (package node-api-headers) and napi.h "
    "(package node-addon-api).\n"
    "  looked in: ${NodeApi_INCLUDE_DIRS}\n"
    "  set:       SPURIOUS_NATIVE_NODE_INCLUDE to both folders, or run `npm ci` first\n"
    "  example:   cmake -S . -B build "
    "\"-DSPURIOUS_NATIVE_NODE_INCLUDE=node_modules/node-api-headers/include;node_modules/node-addon-api\"")
endif()

if(NOT TARGET NodeApi::NodeApi)
  add_library(NodeApi::NodeApi INTERFACE IMPORTED)
  set_target_properties(NodeApi::NodeApi PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${NodeApi_C_DIR};${NodeApi_CXX_DIR}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${NodeApi_C_DIR};${NodeApi_CXX_DIR}")
endif()
set(NodeApi_FOUND TRUE)
