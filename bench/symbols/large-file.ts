// A program with half a gigabyte of debug information, as browsers and databases have it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LargeFile {
  path: string;
  bytes: number;
  units: number;
}

const LEAST_BYTES = 500e6;
const MOST_UNITS = 2000;

/** Templates of the standard library: what most of the debug information of C++ programs is of. */
const SOURCE = `
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>
int sum(const std::vector<int> &values)
{
	std::map<std::string, std::unordered_map<int, std::vector<std::string>>> groups;
	for (int value : values) groups[std::to_string(value % 7)][value].push_back(std::string(value % 5, 'x'));
	std::regex pattern("x+(y|z)*");
	int total = 0;
	for (const auto &[name, group] : groups)
		for (const auto &[value, texts] : group)
			total += value * (int)std::count_if(texts.begin(), texts.end(), [&](const std::string &text) {
				return std::regex_match(text, pattern);
			});
	std::ostringstream out;
	std::thread([&] { out << total; }).join();
	return total + (int)out.str().size();
}
`;

/**
 * One unit of C++ linked again and again under other names: each copy has its own functions, DWARF and line table, and
 * only strings are shared, which is how a linker leaves a program of many units. Takes about a minute.
 */
export function makeLargeFile(folder: string): LargeFile {
  mkdirSync(folder, { recursive: true });
  const unit = compileUnit(folder);
  const path = join(folder, 'large.so');
  // As many as are needed by what a few of them take: strings are shared, abbreviations are not.
  const few = link(folder, unit, 8);
  const units = Math.ceil((8 * LEAST_BYTES * 1.1) / few);
  if (units > MOST_UNITS) throw new Error(`a unit takes only ${few / 8} bytes`);
  const bytes = link(folder, unit, units);
  if (bytes < LEAST_BYTES) throw new Error(`${units} units are only ${bytes} bytes`);
  return { path, bytes, units };
}

function compileUnit(folder: string): string {
  const source = join(folder, 'unit.cc');
  const object = join(folder, 'unit.o');
  writeFileSync(source, SOURCE);
  // Destructors of globals go through __dso_handle else, which is hidden and so can have no other name.
  const flags = ['-std=c++17', '-O1', '-g', '-fPIC', '-fno-use-cxa-atexit'];
  execFileSync('g++', [...flags, '-c', source, '-o', object]);
  return object;
}

/** Gives the size of large.so. */
function link(folder: string, unit: string, units: number): number {
  const objects = Array.from({ length: units }, (_, i) => join(folder, `unit-${i}.o`));
  objects.forEach((object, i) => execFileSync('objcopy', [`--prefix-symbols=unit_${i}_`, unit, object]));
  const path = join(folder, 'large.so');
  // Calls into the standard library have other names too: nobody runs it.
  const list = join(folder, 'objects');
  writeFileSync(list, objects.join('\n'));
  execFileSync('ld', ['-shared', '--unresolved-symbols=ignore-all', '--build-id', '-o', path, `@${list}`]);
  for (const object of objects) rmSync(object);
  return statSync(path).size;
}
