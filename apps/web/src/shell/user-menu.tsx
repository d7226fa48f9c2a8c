import { ActionIcon, Menu, Text, useMantineColorScheme } from "@mantine/core";
import {
  IconCheck,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSun,
  IconUserCircle,
} from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { queryClient, trpc } from "../api.ts";
import { navigation } from "./navigation.ts";

const schemes = [
  { value: "light", label: "Light", icon: IconSun },
  { value: "dark", label: "Dark", icon: IconMoon },
  { value: "auto", label: "As the system", icon: IconDeviceDesktop },
] as const;

const personal = navigation.flatMap(({ entries }) => entries).filter((each) => each.isPersonal);

export const UserMenu = () => {
  const router = useRouter();
  const { data } = useQuery(trpc.signIn.status.queryOptions());
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useMutation(
    trpc.signIn.signOut.mutationOptions({
      onSettled: async () => {
        queryClient.clear();
        await router.navigate({ to: "/sign-in", search: { next: "/" } });
      },
    }),
  );
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label="You and how it looks">
          <IconUserCircle size={22} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600}>
            {data?.user?.name}
          </Text>
          <Text size="xs" c="dimmed">
            {data?.user?.role}
            {data?.version != null && ` · Sluice ${data.version}`}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        {schemes.map(({ value, label, icon: Icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            leftSection={<Icon size={16} />}
            rightSection={colorScheme === value ? <IconCheck size={14} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        {personal.map(({ label, to, icon: Icon }) => (
          <Menu.Item key={label} component={Link} to={to} leftSection={<Icon size={16} />}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
