# For users of node-gyp: one target that compiles nothing itself and runs the CMake build.
{
  "targets": [
    {
      "target_name": "spurious_native",
      "type": "none",
      "actions": [
        {
          "action_name": "build_with_cmake",
          "inputs": ["CMakeLists.txt"],
          "outputs": ["<(module_root_dir)/build/Release/spurious_native.node"],
          "action": ["node", "<(module_root_dir)/tools/setup/install.mjs"]
        }
      ]
    }
  ]
}
